export type Values = Readonly<Record<string, string | number>>;

/** Puts values where a sentence has `{name}`; a name without a value stays as it is, so that tests can see it. */
export function fill(sentence: string, values: Values): string {
  return sentence.replaceAll(/\{([a-zA-Z]+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
