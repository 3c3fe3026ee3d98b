/** Two names that look alike, character by character, with what tells them apart. Pure. */
import { NAME_CHARACTERS_COMPARED_MAX } from '../limits.ts';

export interface ComparedCharacter {
  readonly text: string;
  /** `U+0430`, where this character is not in the other name at its place, or cannot be seen; else undefined. */
  readonly code: string | undefined;
}

/**
 * The characters of `name`, each marked where `other` has another one: what is in a longest common subsequence of
 * both is the same, the rest differs. Characters that cannot be seen are always told, by their code alone.
 */
export function compareNames(name: string, other: string): readonly ComparedCharacter[] {
  const left = Array.from(name).slice(0, NAME_CHARACTERS_COMPARED_MAX);
  const right = Array.from(other).slice(0, NAME_CHARACTERS_COMPARED_MAX);
  const lengths = commonLengths(left, right);
  const compared: ComparedCharacter[] = [];
  let row = 0;
  let column = 0;
  while (row < left.length) {
    const text = left[row]!;
    if (column < right.length && text === right[column]) {
      compared.push(
        isVisible(text) || text === ' ' ? { text, code: undefined } : { text: '', code: codeOf(text) },
      );
      row++;
      column++;
    } else if (column < right.length && lengths[row + 1]![column]! < lengths[row]![column + 1]!) {
      column++;
    } else {
      compared.push({ text: isVisible(text) ? text : '', code: codeOf(text) });
      row++;
    }
  }
  return compared;
}

/** `lengths[i][j]`: of the longest common subsequence of `left` from i on and `right` from j on. */
function commonLengths(left: readonly string[], right: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: left.length + 1 }, () =>
    Array.from({ length: right.length + 1 }, () => 0),
  );
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        left[i] === right[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Not a control, format, space or combining character: those would show nothing, or change what is around them. */
function isVisible(character: string): boolean {
  return !/[\p{C}\p{Z}\p{M}\u115f\u1160\u3164\uffa0]/u.test(character);
}
