/** The few pure globals the core may name. It has no other: no clock, no socket, no promise-based API. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: true; ignoreBOM: true });
  decode(bytes: Uint8Array): string;
}
declare function atob(base64: string): string;
declare namespace WebAssembly {
  // oxlint-disable-next-line typescript/no-extraneous-class -- a declaration of what the platform has
  class Module {
    constructor(code: Uint8Array);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
