/** Files that a system runs when they are "opened". Foreign ones are never opened from Starling. */
import { statSync } from 'node:fs';
import { extname } from 'node:path';

const EXTENSIONS = new Set(
  `
  app appimage apk appref-ms application bash bat bin cjs class cmd com command cpl crt csh deb desktop diagcab dll
  dmg elf exe fish gadget hlp hta htm html htaccess inf ins iqy iso jar jnlp jnilib js jse jsp ksh lnk mjs
  mht mhtml mobileconfig msc msi msix msp mst php pif pkg pl ppkg ps1 ps1xml ps2 psc1 psd1 psm1 pvw py pyc pyo pyw
  pyz rb reg rpm run scf scptd scpt scr sct service settingcontent-ms sh shb shs shtml slk snap so svg svgz
  swf terminal theme tool udl url vb vbe vbs vbscript vhd vhdx webloc website workflow ws wsc wsf wsh xbap
  xht xhtml xll xml xnk xpi xsl zsh
  `
    .trim()
    .split(/\s+/),
);

/** By the extension alone. */
export function isExecutableName(path: string): boolean {
  // Windows ignores dots and spaces at the end: "setup.exe. " runs.
  const name = path.replace(/[. ]+$/, '');
  return EXTENSIONS.has(extname(name).slice(1).toLowerCase());
}

/** By the extension and, where the system has them, the mode bits. A file that is not there counts as executable. */
export function isExecutable(path: string): boolean {
  if (isExecutableName(path)) return true;
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined || !status.isFile()) return true;
  return process.platform !== 'win32' && (status.mode & 0o111) !== 0;
}
