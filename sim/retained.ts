/**
 * What an object keeps alive: a walk over everything reachable from it. The core offers no such count, and must not
 * need one: fields are private to the compiler only, and whatever is forgotten there shows up here.
 */

export interface Retained {
  /** Bytes of array buffers, each counted once, and two for every character of a string. */
  readonly bytes: number;
  /** Elements of maps, sets and arrays. */
  readonly entries: number;
  /** The largest collection, named by the fields that lead to it. */
  readonly largest: { readonly path: string; readonly entries: number };
}

/** `shared` is not counted and not entered: ports and other things that the object was given. */
export function measureRetained(root: object, shared: readonly object[] = []): Retained {
  const seen = new Set<object>(shared);
  const buffers = new Set<ArrayBufferLike>();
  let bytes = 0;
  let entries = 0;
  let largest = { path: '', entries: 0 };
  const stack: { readonly value: unknown; readonly path: string }[] = [{ value: root, path: '' }];

  const collection = (path: string, count: number): void => {
    entries += count;
    if (count > largest.entries) largest = { path, entries: count };
  };

  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { value, path } = item;
    if (typeof value === 'string') bytes += 2 * value.length;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      if (!buffers.has(value.buffer)) bytes += value.buffer.byteLength;
      buffers.add(value.buffer);
    } else if (value instanceof Map) {
      collection(path, value.size);
      for (const [key, element] of value) {
        stack.push({ value: key, path }, { value: element, path: `${path}{}` });
      }
    } else if (value instanceof Set) {
      collection(path, value.size);
      for (const element of value) stack.push({ value: element, path: `${path}{}` });
    } else if (Array.isArray(value)) {
      collection(path, value.length);
      for (const element of value) stack.push({ value: element, path: `${path}[]` });
    } else {
      for (const [key, field] of Object.entries(value)) stack.push({ value: field, path: `${path}.${key}` });
    }
  }
  return { bytes, entries, largest };
}
