import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberedName, safeName } from './safe-name.ts';

const utf8Bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

describe('safeName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../x', 'x'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Windows\\System32\\cmd.exe', 'cmd.exe'],
    ['\\\\server\\share\\file.txt', 'file.txt'],
    ['..', 'file'],
    ['.', 'file'],
    ['', 'file'],
    ['a/', 'file'],
    ['   ', 'file'],
    ['C:x.txt', 'C_x.txt'],
    ['file.txt:stream', 'file.txt_stream'],
    ['a<b>c|d?e*f"g', 'a_b_c_d_e_f_g'],
  ])('takes the path out of %j', (received, safe) => {
    expect(safeName(received)).toBe(safe);
  });

  it.each([
    ['CON', '_CON'],
    ['con.txt', '_con.txt'],
    ['Nul.tar.gz', '_Nul.tar.gz'],
    ['COM1.log', '_COM1.log'],
    ['LPT¹', '_LPT¹'],
    ['CON .txt', '_CON .txt'],
    ['CONIN$', '_CONIN$'],
    ['CONsole.txt', 'CONsole.txt'],
    ['COM10.txt', 'COM10.txt'],
  ])('makes the device name %j an ordinary one', (received, safe) => {
    expect(safeName(received)).toBe(safe);
  });

  it.each([
    ['a\u0000b\nc\u007f\u0085.txt', 'abc.txt'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['\u2066x\u2069\u200f.txt', 'x.txt'],
    ['\ufeffbom\u2028.txt', 'bom.txt'],
    ['half\ud800.txt', 'half.txt'],
    ['CO\u200bN', '_CON'],
  ])('drops what cannot be seen from %j', (received, safe) => {
    expect(safeName(received)).toBe(safe);
  });

  it.each([
    ['.bashrc', 'bashrc'],
    ['...hidden', 'hidden'],
    ['.starling-0.part', 'starling-0.part'],
    ['trailing. . .', 'trailing'],
    ['trailing.txt ', 'trailing.txt'],
  ])('leaves no dot or space at the ends of %j', (received, safe) => {
    expect(safeName(received)).toBe(safe);
  });

  it('keeps what people write: Chinese, emoji with joiners, spaces; composed', () => {
    expect(safeName('报告 (终稿).pdf')).toBe('报告 (终稿).pdf');
    expect(safeName('👩‍👩‍👧 family.jpg')).toBe('👩‍👩‍👧 family.jpg');
    expect(safeName('re\u0301sume\u0301.doc')).toBe('résumé.doc');
    expect(safeName('\u200d\u200d')).toBe('file');
  });

  it('fits 255 bytes and keeps the extension', () => {
    const long = safeName(`${'x'.repeat(300)}.pdf`);
    expect(utf8Bytes(long)).toBe(255);
    expect(long.endsWith('x.pdf')).toBe(true);
    const chinese = safeName(`${'文'.repeat(300)}.tar.gz`);
    expect(utf8Bytes(chinese)).toBeLessThanOrEqual(255);
    expect(chinese).toMatch(/^文+\.tar\.gz$/u);
    expect(utf8Bytes(safeName(`a.${'e'.repeat(300)}`))).toBeLessThanOrEqual(255);
  });

  it('makes one harmless component of any string, and changes it no further', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (received) => {
        const safe = safeName(received);
        expect(utf8Bytes(safe)).toBeLessThanOrEqual(255);
        expect(safe).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cs}]|^[.\s]|[.\s]$|^$/u);
        expect(Buffer.from(safe).toString()).toBe(safe);
        expect(safeName(safe)).toBe(safe);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('numberedName', () => {
  it('counts before the extension', () => {
    expect(numberedName('report.pdf', 1, 255)).toBe('report.pdf');
    expect(numberedName('report.pdf', 2, 255)).toBe('report (2).pdf');
    expect(numberedName('backup.tar.gz', 3, 255)).toBe('backup (3).tar.gz');
    expect(numberedName('README', 2, 255)).toBe('README (2)');
    expect(numberedName('v1.2 final', 2, 255)).toBe('v1.2 final (2)');
  });

  it('takes its room from the stem', () => {
    const name = numberedName(safeName(`${'x'.repeat(300)}.pdf`), 10_000, 255);
    expect(utf8Bytes(name)).toBe(255);
    expect(name).toMatch(/^x+ \(10000\)\.pdf$/u);
  });
});
