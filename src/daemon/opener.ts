/** Opens things with the system's own program, never through a shell. */
import { dirname } from 'node:path';
import open from 'open';

/** The page; nothing to say where there is no browser, the address is printed anyway. */
export async function openPage(url: string): Promise<void> {
  await launch(url).catch(() => undefined);
}

export async function openFile(path: string): Promise<void> {
  await launch(path);
}

export async function openFolderOf(path: string): Promise<void> {
  await launch(dirname(path));
}

async function launch(target: string): Promise<void> {
  const child = await open(target);
  // A program that fails after it was started says so in a window of its own.
  child.on('error', () => undefined);
}

/** False under SSH, in CI and where there is no display: a browser would open nowhere, or for somebody else. */
export function hasDisplay(env: NodeJS.ProcessEnv = process.env, platform = process.platform): boolean {
  if (env['CI'] !== undefined || env['SSH_CONNECTION'] !== undefined || env['SSH_TTY'] !== undefined)
    return false;
  if (platform === 'win32' || platform === 'darwin') return true;
  return Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']) || Boolean(env['WSL_DISTRO_NAME']);
}
