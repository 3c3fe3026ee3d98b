/** Which operations lie in the causal past of one, as bits by the order of their arrival: ancestors always come first. */
export class Ancestors {
  private readonly words: Uint32Array;

  /** The past of an operation with these direct ancestors, in a graph that holds `index` operations so far. */
  constructor(index: number, direct: readonly { readonly index: number; readonly past: Ancestors }[]) {
    this.words = new Uint32Array((index + 31) >>> 5);
    for (const node of direct) {
      const { words } = node.past;
      for (let i = 0; i < words.length; i++) this.words[i] = (this.words[i] as number) | (words[i] as number);
      const word = node.index >>> 5;
      this.words[word] = (this.words[word] as number) | (1 << (node.index & 31));
    }
  }

  has(index: number): boolean {
    return ((this.words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }
}
