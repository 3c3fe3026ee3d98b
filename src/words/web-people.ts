/** The web UI's sentences about people: roles, what can be done with a member, warnings, verification. */

export const peopleEn = {
  hereTitle: 'Here now',
  absentTitle: 'Not here now',
  verifiedMark: 'Verified',
  roles: { owner: 'Owner', admin: 'Admin', member: 'Member' },
  absent: 'Gets everything once back',

  // what can be done with one
  actionsOf: (name: string): string => `Actions for ${name}`,
  message: 'Message',
  messagePerson: (name: string): string => `Message ${name}`,
  verify: 'Verify…',
  mute: 'Mute for me',
  unmute: 'Unmute',
  addToRoom: 'Add to a private room…',
  makeAdmin: 'Make admin',
  makeOwner: 'Make owner…',
  makeMember: 'Make member',
  stepDown: 'Step down to member…',
  removeFromRoom: 'Remove from this room…',

  // what cannot be undone
  removeTitle: (name: string, room: string): string => `Remove ${name} from ${room}?`,
  removeText: (name: string): string =>
    `From then on ${name} can read nothing that is written or sent here, and comes back only if somebody lets them in again. What they have already received stays with them.`,
  removeDo: (name: string): string => `Remove ${name}`,
  ownerTitle: (name: string): string => `Make ${name} an owner?`,
  ownerText: (name: string): string =>
    `${name} can then change everything here: the name, who is in, and who may do what.`,
  ownerDo: 'Make owner',
  stepDownTitle: 'Step down to member?',
  stepDownText:
    'You can then no longer invite, add or remove anybody. Only somebody else can give you the role back.',
  stepDownDo: 'Step down',

  // warnings
  warnings: {
    'same-name': 'Same name as somebody else',
    'look-alike': 'Looks like another name',
    'name-changed-key': 'Not the one you knew by this name',
    'no-name': 'Its name cannot be seen',
  },
  warningTitles: {
    'same-name': 'Two people have the same name',
    'look-alike': 'Two names look alike',
    'name-changed-key': 'Somebody else uses a known name',
    'no-name': 'A name that cannot be seen',
  },
  warningTexts: {
    'same-name':
      'They are different people: their keys differ. Verify the one you mean before you trust what it says.',
    'look-alike': 'They are different people, and the names are not the same. Where they differ is marked.',
    'name-changed-key':
      'The one you knew by this name had another key. It may be the same person with a new computer, or somebody who pretends. Ask in person, and verify.',
    'no-name':
      'Nothing of this name shows on a screen. Whoever chooses such a name may want to be overlooked.',
  },
  warningNow: 'This one',
  warningOther: 'The other one',
  warningEarlier: 'The one you knew',
  warningId: 'Id',
  warningLook: 'Show the difference',
  warningNotice: (name: string): string => `Be careful with ${name}`,
  character: (code: string): string => `character ${code}`,

  // verification
  verifyTitle: (name: string): string => `Verify ${name}`,
  verifyText:
    'Make sure that nobody pretends to be this person. Talk in person or on the phone while you do it, not in a chat.',
  verifiedText: (name: string): string => `You have verified ${name}.`,
  emojiTitle: 'Compare seven pictures',
  emojiText: 'The quickest way while both of you are here: both see the same pictures.',
  emojiStart: 'Start comparing',
  emojiAsked: (name: string): string => `${name} wants to compare pictures with you.`,
  emojiAccept: 'Compare',
  emojiDecline: 'Not now',
  emojiWaiting: (name: string): string => `Waiting for ${name}…`,
  emojiCompare: (name: string): string => `Does ${name} see these pictures, in this order?`,
  emojiSame: 'They match',
  emojiDifferent: 'They differ',
  emojiDone: (name: string): string => `The pictures match: ${name} is verified.`,
  emojiFailed: 'This did not work.',
  emojiFailedReasons: {
    different:
      'The pictures differ. Somebody may be in between: do not trust this connection, and try again in person.',
    cancelled: 'It was stopped.',
    timeout: 'There was no answer in time.',
    'no-answer': 'There was no answer in time.',
    mismatch: 'What came does not fit what was promised. Somebody may be in between.',
  } as Readonly<Record<string, string>>,
  emojiAgain: 'Try again',
  emojiList: 'The seven pictures',
  numbersTitle: 'Or compare the number',
  numbersText: (name: string): string =>
    `The same 60 digits stand on ${name}’s screen, in the dialog of the same name. Read them to each other, or scan the code.`,
  safetyNumber: 'Safety number',
  safetyQr: 'QR code of the safety number',
  markVerified: 'Mark as verified',
  unmarkVerified: 'Take the mark back',
  unreachableNow: (name: string): string => `${name} is not here now, so pictures can’t be compared.`,
  askedNotice: (name: string): string => `${name} wants to compare pictures with you, to verify each other.`,
  loading: 'One moment…',
};

export type PeopleWords = typeof peopleEn;

export const peopleZh: PeopleWords = {
  hereTitle: '在线',
  absentTitle: '不在线',
  verifiedMark: '已验证',
  roles: { owner: '所有者', admin: '管理员', member: '成员' },
  absent: '回来后会收到全部内容',

  actionsOf: (name) => `对 ${name} 的操作`,
  message: '发消息',
  messagePerson: (name) => `给 ${name} 发消息`,
  verify: '验证身份…',
  mute: '对我屏蔽',
  unmute: '取消屏蔽',
  addToRoom: '加入私密房间…',
  makeAdmin: '设为管理员',
  makeOwner: '设为所有者…',
  makeMember: '设为普通成员',
  stepDown: '卸任为普通成员…',
  removeFromRoom: '移出这个房间…',

  removeTitle: (name, room) => `把 ${name} 移出 ${room}？`,
  removeText: (name) =>
    `之后 ${name} 看不到这里的任何新内容，只有别人再次让其进来才能回来。对方已经收到的内容仍在对方那里。`,
  removeDo: (name) => `移出 ${name}`,
  ownerTitle: (name) => `把 ${name} 设为所有者？`,
  ownerText: (name) => `之后 ${name} 可以改变这里的一切：名称、成员，以及每个人的权限。`,
  ownerDo: '设为所有者',
  stepDownTitle: '卸任为普通成员？',
  stepDownText: '之后你不能再邀请、添加或移除任何人，只有别人能把身份还给你。',
  stepDownDo: '卸任',

  warnings: {
    'same-name': '和另一个人同名',
    'look-alike': '名字和别人很像',
    'name-changed-key': '不是你以前认识的那个人',
    'no-name': '名字看不见',
  },
  warningTitles: {
    'same-name': '有两个人同名',
    'look-alike': '有两个名字很像',
    'name-changed-key': '有人用了你认识的名字',
    'no-name': '有个看不见的名字',
  },
  warningTexts: {
    'same-name': '他们是不同的人，密钥不同。在相信对方之前，请先验证你要找的那一位。',
    'look-alike': '他们是不同的人，名字并不一样。不同之处已标出。',
    'name-changed-key':
      '你以前认识的这个名字用的是另一个密钥。可能是同一个人换了电脑，也可能是有人冒充。请当面确认并验证。',
    'no-name': '这个名字在屏幕上什么也不显示。取这种名字的人可能想不被注意。',
  },
  warningNow: '这一位',
  warningOther: '另一位',
  warningEarlier: '你认识的那一位',
  warningId: '标识',
  warningLook: '查看区别',
  warningNotice: (name) => `请留意 ${name}`,
  character: (code) => `字符 ${code}`,

  verifyTitle: (name) => `验证 ${name}`,
  verifyText: '确认没有人冒充对方。请当面或在电话里核对，不要在聊天里核对。',
  verifiedText: (name) => `你已验证 ${name}。`,
  emojiTitle: '比对七个图案',
  emojiText: '双方都在线时最快的办法：两边会看到同样的图案。',
  emojiStart: '开始比对',
  emojiAsked: (name) => `${name} 想和你比对图案。`,
  emojiAccept: '开始比对',
  emojiDecline: '以后再说',
  emojiWaiting: (name) => `正在等待 ${name}…`,
  emojiCompare: (name) => `${name} 看到的也是这些图案，顺序也一样吗？`,
  emojiSame: '一致',
  emojiDifferent: '不一致',
  emojiDone: (name) => `图案一致，${name} 已通过验证。`,
  emojiFailed: '没有成功。',
  emojiFailedReasons: {
    different: '图案不一致，可能有人在中间。请不要信任这个连接，当面再试一次。',
    cancelled: '已停止。',
    timeout: '对方没有及时回应。',
    'no-answer': '对方没有及时回应。',
    mismatch: '收到的内容和先前承诺的不符，可能有人在中间。',
  },
  emojiAgain: '再试一次',
  emojiList: '七个图案',
  numbersTitle: '或者核对数字',
  numbersText: (name) => `${name} 的屏幕上，同样的窗口里有同样的 60 位数字。互相念一遍，或扫描二维码。`,
  safetyNumber: '安全码',
  safetyQr: '安全码的二维码',
  markVerified: '标记为已验证',
  unmarkVerified: '取消标记',
  unreachableNow: (name) => `${name} 现在不在线，无法比对图案。`,
  askedNotice: (name) => `${name} 想和你比对图案，互相验证身份。`,
  loading: '请稍候…',
};
