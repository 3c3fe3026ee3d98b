/** Why a pack is refused (docs/cli.md), as a person reads it. */
import type { Language } from './types.ts';

const en = {
  'path-leads-out': 'A path in it leads out of the folder.',
  'path-absolute': 'A path in it begins at the top of a disk.',
  'path-too-long': 'A path in it is too long.',
  'too-deep': 'It is too deep.',
  'name-reserved': 'A name in it is that of a device of Windows.',
  'name-unsafe': 'A name in it is not one that every system takes and shows.',
  'names-collide': 'Two names in it would be one on some systems.',
  'parent-not-folder': 'It has something in what is no folder.',
  'link-leads-out': 'A link in it leads out of the folder.',
  'size-mismatch': 'It is not of the size that was offered.',
  'hash-mismatch': 'A file in it is not what its list says.',
  'too-many-entries': 'It has too many entries.',
  'manifest-too-large': 'Its list of names is too long.',
  'unknown-format': 'Its list of names is in a format of another version.',
  malformed: 'Its list of names is damaged.',
} as const satisfies Record<string, string>;

type PackReason = keyof typeof en;

const zh: Record<PackReason, string> = {
  'path-leads-out': '其中有路径指向文件夹之外。',
  'path-absolute': '其中有路径从磁盘的根开始。',
  'path-too-long': '其中有路径过长。',
  'too-deep': '文件夹层数过多。',
  'name-reserved': '其中有名称是 Windows 的设备名。',
  'name-unsafe': '其中有名称并非每个系统都能接受和显示。',
  'names-collide': '其中有两个名称在某些系统上会成为同一个。',
  'parent-not-folder': '其中有内容位于并非文件夹的项目之下。',
  'link-leads-out': '其中有链接指向文件夹之外。',
  'size-mismatch': '大小与所提供的不一致。',
  'hash-mismatch': '其中有文件与清单不一致。',
  'too-many-entries': '条目过多。',
  'manifest-too-large': '名称清单过长。',
  'unknown-format': '名称清单的格式属于另一个版本。',
  malformed: '名称清单已损坏。',
};

export const PACK_REASONS = Object.keys(en);

/** A reason that is not known is shown as it is. */
export function packReasonWords(reason: string | number | undefined, language: Language): string {
  const key = String(reason);
  return Object.hasOwn(en, key) ? { en, zh }[language][key as PackReason] : key;
}
