/** Numbers by which answers of the core find the command that they belong to: one sequence, whatever the command is. */
export class Tokens {
  #last = 0;

  next(): number {
    return ++this.#last;
  }
}
