/** The web UI's sentences about files on their way: the delivery board, pausing, what is at risk. */

export const deliveryEn = {
  pause: 'Pause',
  pauseFile: (name: string): string => `Pause ${name}`,
  resume: 'Go on',
  resumeFile: (name: string): string => `Go on with ${name}`,
  retry: 'Try again',
  retryFile: (name: string): string => `Try again: ${name}`,
  timeLeft: (seconds: number): string =>
    seconds < 90 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`,
  folderEntries: (count: number): string => (count === 1 ? '1 entry' : `${count} entries`),

  deliveryDetails: 'Details',
  /** `shown`: what stands on the button; a name that is read out begins with it. */
  deliveryOf: (shown: string, name: string): string => `${shown}: who has ${name}`,
  deliveryTitle: (name: string): string => `Delivery of ${name}`,
  deliveryTable: 'Who has how much',
  boardMember: 'Member',
  boardState: 'State',
  boardMissing: 'Missing',
  boardNothing: 'Nothing',
  boardRate: 'Rate',
  atRisk: (size: string): string =>
    `Fewer than two others have ${size} of it. If you quit now, the rest may have to wait for you.`,
  safeWithOthers: 'Others can finish it without you.',
};

export const deliveryZh: typeof deliveryEn = {
  pause: '暂停',
  pauseFile: (name) => `暂停 ${name}`,
  resume: '继续',
  resumeFile: (name) => `继续传送 ${name}`,
  retry: '重试',
  retryFile: (name) => `重试 ${name}`,
  timeLeft: (seconds) => (seconds < 90 ? `还需 ${seconds} 秒` : `还需 ${Math.round(seconds / 60)} 分钟`),
  folderEntries: (count) => `${count} 项`,

  deliveryDetails: '详情',
  deliveryOf: (shown, name) => `${shown}：谁已收到 ${name}`,
  deliveryTitle: (name) => `${name} 的送达情况`,
  deliveryTable: '每个人收到了多少',
  boardMember: '成员',
  boardState: '状态',
  boardMissing: '还缺',
  boardNothing: '不缺',
  boardRate: '速度',
  atRisk: (size) => `其中 ${size} 只有不到两个人持有。如果你现在退出，其他人可能要等你回来才能收完。`,
  safeWithOthers: '即使你离开，其他人也能收完。',
};
