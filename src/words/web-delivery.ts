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
  onlyHere: 'Only this computer has it so far: stay until two others have it.',
  nobodyYet: 'Nobody else is here yet. Whoever comes gets it while Starling runs on this computer.',
  memberMayRetry: 'They can try again on their computer; only what is missing is sent.',
  wireCost: (wire: string, alone: string): string => `${wire} on the network instead of ${alone} one by one`,

  chooseFolder: 'Choose a folder',
  readingFolder: 'Looking at what is in it',
  play: 'Play',
  playFile: (name: string): string => `Play ${name}`,
  audioOf: (name: string): string => `Sound: ${name}`,
  videoOf: (name: string): string => `Film: ${name}`,
  mediaUnplayable: 'This browser can’t play it. Another program may: open it from its folder.',
  tooManyFiles: {
    what: 'That is more than can be sent at once; nothing of it was sent.',
    todo: 'Send it in several parts, or use “starling send” on the command line, which takes more.',
  },
  folderUnreadable: {
    what: 'What was dropped can’t be read; nothing of it was sent.',
    todo: 'Please check that you may read everything in the folder, and try again.',
  },
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
  onlyHere: '目前只有这台电脑有它：请等到另外两个人收到后再离开。',
  nobodyYet: '这里还没有其他人。只要这台电脑上的 Starling 在运行，来的人就会收到。',
  memberMayRetry: '对方可以在自己的电脑上重试，只会补传缺少的部分。',
  wireCost: (wire, alone) => `网络上共用 ${wire}，而逐个发送需要 ${alone}`,

  chooseFolder: '选择文件夹',
  readingFolder: '正在查看其中的内容',
  play: '播放',
  playFile: (name) => `播放 ${name}`,
  audioOf: (name) => `音频：${name}`,
  videoOf: (name) => `视频：${name}`,
  mediaUnplayable: '这个浏览器无法播放它。可以从文件夹里用其他程序打开。',
  tooManyFiles: {
    what: '一次发送的内容太多，什么都没有发送。',
    todo: '请分几次发送，或在命令行使用“starling send”，它能发送更多。',
  },
  folderUnreadable: {
    what: '无法读取拖入的内容，什么都没有发送。',
    todo: '请确认你有权读取文件夹里的所有内容，然后再试。',
  },
};
