/**
 * Everything that can go wrong, as a person reads it: what happened, why, and what to do. `{name}` stands for a
 * value. A code that lacks a language does not compile; docs/cli.md lists the codes.
 */
import type { Language } from './types.ts';
import { fill } from './fill.ts';
import type { Values } from './fill.ts';

export interface ProblemWords {
  readonly what: string;
  readonly why: string;
  readonly todo: string;
}

const en = {
  // profile and store
  'store-newer': {
    what: 'This profile cannot be opened.',
    why: 'A newer version of Starling wrote {path}.',
    todo: 'Start the newer version, or choose another profile with --profile DIR. Nothing was changed.',
  },
  'store-damaged': {
    what: 'This profile cannot be opened.',
    why: '{path} is damaged ({detail}).',
    todo: 'Put back a copy of the folder, or choose another profile with --profile DIR. Nothing was changed.',
  },
  'store-read-only': {
    what: 'The profile cannot be written.',
    why: '{path} or its folder is read-only for you ({detail}).',
    todo: 'Make the folder writable, or choose another one with --profile DIR.',
  },
  'store-full': {
    what: 'The profile cannot be written; what was to be kept is not sent.',
    why: 'The disk that holds {path} is full.',
    todo: 'Free some space and try again.',
  },
  'store-failed': {
    what: 'The profile cannot be read or written.',
    why: '{path}: {detail}.',
    todo: 'Check the disk, or choose another profile with --profile DIR.',
  },
  'profile-busy': {
    what: 'The profile {profile} is in use, but its Starling does not answer.',
    why: 'It is starting, ending, or stopped by a debugger or Ctrl-Z.',
    todo: 'Wait a moment and try again; end process {pid} if it stays that way.',
  },
  'profile-elsewhere': {
    what: 'The profile {profile} is in use on the computer {host}.',
    why: 'One profile runs on one computer at a time.',
    todo: 'Run "starling stop" on {host}, or choose another profile with --profile DIR.',
  },
  'profile-unwritable': {
    what: 'The folder {profile} cannot hold a profile.',
    why: 'It cannot be made or written ({detail}).',
    todo: 'Choose another one with --profile DIR.',
  },
  'daemon-stopped': {
    what: 'Starling ended before this was done.',
    why: 'The process that held the profile was stopped.',
    todo: 'Run the command again.',
  },
  'daemon-refused': {
    what: 'The running Starling refused the connection.',
    why: 'It did not accept the key of this profile ({detail}).',
    todo: 'Run "starling stop", then try again.',
  },
  'log-unwritable': {
    what: 'No log is kept.',
    why: '{path} cannot be written ({detail}).',
    todo: 'Check the disk and the rights of the profile folder. Everything else works.',
  },
  // command line
  usage: {
    what: '{detail}',
    why: 'The command line cannot be understood.',
    todo: 'See "starling --help".',
  },
  'flag-differs': {
    what: '{flag} is {wanted}, but the running Starling has {actual}.',
    why: 'One profile has one {flag} while it runs.',
    todo: 'Leave {flag} out, or run "starling stop" first, or use another --profile DIR.',
  },
  timeout: {
    what: 'The time is over: {detail}.',
    why: 'It took longer than {seconds} s.',
    todo: 'Try again, or give more time with --timeout SECONDS.',
  },
  // local page and API
  'ui-port-in-use': {
    what: 'The page cannot be served at port {port}.',
    why: 'Another program uses that port.',
    todo: 'Choose another one with --ui-port N, or leave the option out.',
  },
  'ui-port-moved': {
    what: 'The page is at port {actual} this time, not at {port}.',
    why: 'Another program uses port {port}.',
    todo: 'End that program before the next start if you want the old address back.',
  },
  'ui-failed': {
    what: 'The local page cannot be served.',
    why: 'The system refuses a port on 127.0.0.1 ({detail}).',
    todo: 'Check that the loopback interface is up.',
  },
  'bad-request': {
    what: 'The request was not understood.',
    why: '{detail}',
    todo: 'Reload the page; if that does not help, run "starling stop" and start again.',
  },
  unauthenticated: {
    what: 'This page may not speak with Starling.',
    why: 'Its link was used before, is older than a minute, or belongs to another profile.',
    todo: 'Run "starling" again and use the address it prints.',
  },
  internal: {
    what: 'Something broke inside Starling.',
    why: '{detail}',
    todo: 'See starling.log in the profile folder, and please report it.',
  },
  // names, rooms, members, messages
  'name-invalid': {
    what: 'This name cannot be used.',
    why: 'A name has 1 to {limit} bytes and no control characters.',
    todo: 'Choose another one.',
  },
  'room-name-invalid': {
    what: 'This room name cannot be used.',
    why: 'A room name has 1 to {limit} bytes and no control characters.',
    todo: 'Choose another one.',
  },
  'room-unknown': {
    what: 'You are not in a room called {room}.',
    why: 'This command works in rooms that you have joined: {joined}.',
    todo: 'Run "starling join {room}" first.',
  },
  'member-unknown': {
    what: 'Nobody here is called {member}.',
    why: 'It is neither a name nor the beginning of an id in {room}.',
    todo: 'See "starling members".',
  },
  'member-ambiguous': {
    what: '{member} fits more than one member.',
    why: 'These do: {ids}.',
    todo: 'Give the beginning of the id.',
  },
  'member-self': {
    what: 'You cannot remove yourself.',
    why: '{member} is you.',
    todo: 'Use "starling quit" to leave the room.',
  },
  'text-too-long': {
    what: 'The message is too long.',
    why: 'It has {bytes} bytes; a message has at most {limit}.',
    todo: 'Send it as a file.',
  },
  'text-empty': {
    what: 'There is nothing to say.',
    why: 'The text is empty.',
    todo: 'Give a text, or "-" and a text on standard input.',
  },
  'limit-reached': {
    what: 'This is one too many: {detail}.',
    why: 'At most {limit} are kept.',
    todo: 'Wait until some are done, or leave or restore some.',
  },
  'room-not-ready': {
    what: 'The room {room} did not open.',
    why: 'The network part did not answer in time.',
    todo: 'Try again; see starling.log in the profile folder if it stays that way.',
  },
  // files
  'file-missing': {
    what: 'There is no file {path}.',
    why: 'Nothing has that name.',
    todo: 'Check the path.',
  },
  'file-not-regular': {
    what: '{path} cannot be sent.',
    why: 'It is a folder or a device, not a file.',
    todo: 'Pack a folder into one file first (zip or tar).',
  },
  'file-unreadable': {
    what: '{path} cannot be read.',
    why: '{detail}',
    todo: 'Check the rights of the file.',
  },
  'file-changed': {
    what: '{path} was changed while it was being sent.',
    why: 'What members have of it belongs to no whole file any more.',
    todo: 'Send it again when nothing writes to it.',
  },
  'file-gone': {
    what: '{path} is not there any more.',
    why: 'It was moved, renamed or deleted after it arrived.',
    todo: 'Look for it where you put it.',
  },
  'disk-full': {
    what: '{name} does not fit.',
    why: 'The disk of {path} is full.',
    todo: 'Free some space and try again.',
  },
  'disk-error': {
    what: 'The disk failed for {path}.',
    why: '{detail}',
    todo: 'Check the disk.',
  },
  'downloads-unwritable': {
    what: 'Nothing can be received.',
    why: 'The folder {path} cannot be made or written ({error}).',
    todo: 'Make it writable, or choose another one with --downloads DIR.',
  },
  'nobody-there': {
    what: 'Nobody was there to receive it.',
    why: 'No other member is in {room}.',
    todo: 'Start Starling on the other computers, or wait for them with --expect N.',
  },
  'transfer-unknown': {
    what: 'This transfer is not known.',
    why: 'It ended long ago, or before Starling was started.',
    todo: 'Have the file sent again.',
  },
  'transfer-not-possible': {
    what: 'That cannot be done with this transfer now.',
    why: 'Its state is {state}.',
    todo: 'Nothing needs to be done.',
  },
  'transfer-asking': {
    what: '{name} waits for your word.',
    why: 'It has {size} bytes: more than is accepted by itself, or than would leave enough space.',
    todo: 'Accept it on the page, or run this command with --any-size.',
  },
  'open-refused': {
    what: '{name} is not opened from here.',
    why: 'It is a program, and opening it would run it.',
    todo: 'Use "Show in folder" if you trust its sender.',
  },
  'open-failed': {
    what: '{name} could not be opened.',
    why: 'The system has no program for it, or no display ({detail}).',
    todo: 'Open it by hand: {path}.',
  },
  'upload-length': {
    what: 'The upload was refused.',
    why: 'It does not say how long it is, or sent another number of bytes.',
    todo: 'Try again.',
  },
  'upload-space': {
    what: '{name} does not fit.',
    why: 'A dropped file is copied into the profile first, and that disk is too full.',
    todo: 'Free some space, or send it with "starling send PATH", which needs no copy.',
  },
  // network
  'network-loopback-only': {
    what: 'There is no network: only profiles on this computer can hear you.',
    why: 'No interface but loopback is up.',
    todo: 'Connect to a network; Starling picks it up by itself.',
  },
  'network-unusable': {
    what: 'The network cannot be used.',
    why: 'The system refuses UDP sockets ({error}).',
    todo: 'Check that the loopback interface is up and that this program may use the network.',
  },
  'port-in-use': {
    what: 'The UDP port {port} cannot be used.',
    why: 'Another program holds it for itself alone.',
    todo: 'End that program, or have all members use another port with --port N.',
  },
  'unicast-ports-in-use': {
    what: 'No UDP port is free for this profile.',
    why: 'All ports from {first} to {last} are in use; each profile on a computer needs one.',
    todo: 'End some, or have all members use another port with --port N.',
  },
  'interface-unknown': {
    what: 'There is no network interface {interface}.',
    why: 'This computer has: {known}.',
    todo: 'Give one of those with --interface NAME.',
  },
  'key-mismatch': {
    what: 'This profile cannot go on the network.',
    why: 'The two halves of its key do not belong together; its files were mixed up.',
    todo: 'Put back a copy of the folder, or choose another profile with --profile DIR.',
  },
  'interface-without-multicast': {
    what: 'The interface {interface} is not used.',
    why: 'It cannot do multicast.',
    todo: 'Nothing, if members are reached another way; otherwise choose one with --interface NAME.',
  },
  'interfaces-too-many': {
    what: 'Only {used} of {count} network interfaces are used.',
    why: 'That is the limit.',
    todo: 'Choose the right ones with --interface NAME.',
  },
  'group-join-failed': {
    what: 'On {interface}, some of a room is not heard.',
    why: 'The system refused the group {group} ({error}).',
    todo: 'Leave some rooms, or raise igmp_max_memberships.',
  },
  'group-unusable': {
    what: 'Some of a room is not heard.',
    why: 'The group {group} at port {port} could not be opened ({error}).',
    todo: 'See whether another program holds that port.',
  },
  'send-blocked': {
    what: 'Nothing leaves through {interface}.',
    why: 'A firewall on this computer forbids it ({error}).',
    todo: 'Allow UDP for Starling; the README has the commands.',
  },
  'send-too-large': {
    what: 'Packets are too large for {interface}.',
    why: 'Its frames are smaller than Ethernet’s ({error}).',
    todo: 'Raise the MTU of {interface} to 1500, or choose another one with --interface NAME.',
  },
  'network-unreachable': {
    what: 'The network at {interface} is not reachable.',
    why: 'The system says {error}.',
    todo: 'Check the cable or the Wi-Fi; Starling goes on by itself.',
  },
  'send-failed': {
    what: 'Sending through {interface} failed.',
    why: 'The system says {error}.',
    todo: 'Check the network; Starling goes on by itself.',
  },
  'command-refused': {
    what: 'Starling refused {command}.',
    why: '{detail}',
    todo: 'Please report it.',
  },
  'engine-failed': {
    what: 'The network part of Starling broke, so it ends.',
    why: '{detail}',
    todo: 'Start it again; see starling.log in the profile folder, and please report it.',
  },
} as const satisfies Record<string, ProblemWords>;

export type ProblemCode = keyof typeof en;

const zh: Record<ProblemCode, ProblemWords> = {
  'store-newer': {
    what: '无法打开此配置。',
    why: '{path} 由更新版本的 Starling 写入。',
    todo: '请启动新版本,或用 --profile DIR 另选配置。没有改动任何内容。',
  },
  'store-damaged': {
    what: '无法打开此配置。',
    why: '{path} 已损坏({detail})。',
    todo: '请恢复该文件夹的备份,或用 --profile DIR 另选配置。没有改动任何内容。',
  },
  'store-read-only': {
    what: '无法写入配置。',
    why: '{path} 或其文件夹对你是只读的({detail})。',
    todo: '请使文件夹可写,或用 --profile DIR 另选。',
  },
  'store-full': {
    what: '无法写入配置;需要保存的内容没有发出。',
    why: '{path} 所在的磁盘已满。',
    todo: '请腾出空间后重试。',
  },
  'store-failed': {
    what: '无法读写配置。',
    why: '{path}:{detail}。',
    todo: '请检查磁盘,或用 --profile DIR 另选配置。',
  },
  'profile-busy': {
    what: '配置 {profile} 正在使用,但其 Starling 没有应答。',
    why: '它正在启动、正在结束,或被调试器或 Ctrl-Z 暂停。',
    todo: '请稍后再试;若一直如此,请结束进程 {pid}。',
  },
  'profile-elsewhere': {
    what: '配置 {profile} 正在计算机 {host} 上使用。',
    why: '一个配置同时只能在一台计算机上运行。',
    todo: '请在 {host} 上运行 "starling stop",或用 --profile DIR 另选配置。',
  },
  'profile-unwritable': {
    what: '文件夹 {profile} 不能用作配置。',
    why: '无法创建或写入({detail})。',
    todo: '请用 --profile DIR 另选。',
  },
  'daemon-stopped': {
    what: 'Starling 在完成之前结束了。',
    why: '持有该配置的进程被停止。',
    todo: '请重新运行该命令。',
  },
  'daemon-refused': {
    what: '正在运行的 Starling 拒绝了连接。',
    why: '它不接受此配置的密钥({detail})。',
    todo: '请运行 "starling stop" 后重试。',
  },
  'log-unwritable': {
    what: '没有记录日志。',
    why: '无法写入 {path}({detail})。',
    todo: '请检查磁盘和配置文件夹的权限。其他功能正常。',
  },
  usage: {
    what: '{detail}',
    why: '无法理解该命令行。',
    todo: '请看 "starling --help"。',
  },
  'flag-differs': {
    what: '{flag} 为 {wanted},但正在运行的 Starling 是 {actual}。',
    why: '一个配置运行时只有一个 {flag}。',
    todo: '请省略 {flag},或先运行 "starling stop",或使用另一个 --profile DIR。',
  },
  timeout: {
    what: '时间到了:{detail}。',
    why: '用时超过 {seconds} 秒。',
    todo: '请重试,或用 --timeout SECONDS 给更多时间。',
  },
  'ui-port-in-use': {
    what: '无法在端口 {port} 提供页面。',
    why: '另一个程序正在使用该端口。',
    todo: '请用 --ui-port N 另选,或省略该选项。',
  },
  'ui-port-moved': {
    what: '这次页面在端口 {actual},而不是 {port}。',
    why: '另一个程序正在使用端口 {port}。',
    todo: '若想用回原地址,请在下次启动前结束那个程序。',
  },
  'ui-failed': {
    what: '无法提供本地页面。',
    why: '系统拒绝了 127.0.0.1 上的端口({detail})。',
    todo: '请检查回环接口是否启用。',
  },
  'bad-request': {
    what: '无法理解该请求。',
    why: '{detail}',
    todo: '请重新加载页面;若无效,请运行 "starling stop" 后重新启动。',
  },
  unauthenticated: {
    what: '此页面不能与 Starling 通信。',
    why: '链接已被使用、超过一分钟,或属于另一个配置。',
    todo: '请再次运行 "starling",使用它显示的地址。',
  },
  internal: {
    what: 'Starling 内部出错。',
    why: '{detail}',
    todo: '请查看配置文件夹中的 starling.log,并报告此问题。',
  },
  'name-invalid': {
    what: '不能使用这个名字。',
    why: '名字为 1 到 {limit} 字节,不含控制字符。',
    todo: '请换一个。',
  },
  'room-name-invalid': {
    what: '不能使用这个房间名。',
    why: '房间名为 1 到 {limit} 字节,不含控制字符。',
    todo: '请换一个。',
  },
  'room-unknown': {
    what: '你不在名为 {room} 的房间里。',
    why: '此命令只用于已加入的房间:{joined}。',
    todo: '请先运行 "starling join {room}"。',
  },
  'member-unknown': {
    what: '这里没有叫 {member} 的人。',
    why: '它既不是 {room} 中的名字,也不是其中某个标识的开头。',
    todo: '请看 "starling members"。',
  },
  'member-ambiguous': {
    what: '{member} 对应多个成员。',
    why: '它们是:{ids}。',
    todo: '请给出标识的开头。',
  },
  'member-self': {
    what: '不能移除自己。',
    why: '{member} 就是你。',
    todo: '请用 "starling quit" 退出房间。',
  },
  'text-too-long': {
    what: '消息太长。',
    why: '它有 {bytes} 字节;一条消息最多 {limit} 字节。',
    todo: '请作为文件发送。',
  },
  'text-empty': {
    what: '没有内容可说。',
    why: '文字为空。',
    todo: '请给出文字,或用 "-" 从标准输入读取。',
  },
  'limit-reached': {
    what: '超出了数量:{detail}。',
    why: '最多保留 {limit} 个。',
    todo: '请等一些完成,或退出、恢复一些。',
  },
  'room-not-ready': {
    what: '房间 {room} 没有打开。',
    why: '网络部分没有及时应答。',
    todo: '请重试;若一直如此,请看配置文件夹中的 starling.log。',
  },
  'file-missing': { what: '没有文件 {path}。', why: '没有东西叫这个名字。', todo: '请检查路径。' },
  'file-not-regular': {
    what: '无法发送 {path}。',
    why: '它是文件夹或设备,不是文件。',
    todo: '请先把文件夹打包成一个文件(zip 或 tar)。',
  },
  'file-unreadable': { what: '无法读取 {path}。', why: '{detail}', todo: '请检查文件的权限。' },
  'file-changed': {
    what: '{path} 在发送过程中被改动。',
    why: '成员已收到的部分不再属于任何完整的文件。',
    todo: '请在没有程序写入它时重新发送。',
  },
  'file-gone': {
    what: '{path} 已不在那里。',
    why: '它到达后被移动、改名或删除。',
    todo: '请到你放置它的地方查找。',
  },
  'disk-full': { what: '{name} 放不下。', why: '{path} 所在的磁盘已满。', todo: '请腾出空间后重试。' },
  'disk-error': { what: '{path} 的磁盘出错。', why: '{detail}', todo: '请检查磁盘。' },
  'downloads-unwritable': {
    what: '无法接收任何文件。',
    why: '无法创建或写入文件夹 {path}({error})。',
    todo: '请使其可写,或用 --downloads DIR 另选。',
  },
  'nobody-there': {
    what: '没有人可以接收。',
    why: '{room} 中没有其他成员。',
    todo: '请在其他计算机上启动 Starling,或用 --expect N 等待它们。',
  },
  'transfer-unknown': {
    what: '没有这个传输。',
    why: '它早已结束,或在 Starling 启动之前。',
    todo: '请让对方重新发送文件。',
  },
  'transfer-not-possible': {
    what: '现在不能对此传输这样做。',
    why: '它的状态是 {state}。',
    todo: '不需要做什么。',
  },
  'transfer-asking': {
    what: '{name} 等待你的决定。',
    why: '它有 {size} 字节:超过自动接收的上限,或会使剩余空间不足。',
    todo: '请在页面上接收,或用 --any-size 运行此命令。',
  },
  'open-refused': {
    what: '不从这里打开 {name}。',
    why: '它是程序,打开就会运行。',
    todo: '如果信任发送者,请用“在文件夹中显示”。',
  },
  'open-failed': {
    what: '无法打开 {name}。',
    why: '系统没有相应的程序,或没有显示器({detail})。',
    todo: '请手动打开:{path}。',
  },
  'upload-length': {
    what: '上传被拒绝。',
    why: '它没有说明长度,或字节数不符。',
    todo: '请重试。',
  },
  'upload-space': {
    what: '{name} 放不下。',
    why: '拖入的文件会先复制到配置文件夹,而该磁盘空间不足。',
    todo: '请腾出空间,或用不需要复制的 "starling send PATH" 发送。',
  },
  'network-loopback-only': {
    what: '没有网络:只有本机上的配置能听到你。',
    why: '除回环接口外没有启用的接口。',
    todo: '请连接网络;Starling 会自动使用。',
  },
  'network-unusable': {
    what: '无法使用网络。',
    why: '系统拒绝 UDP 套接字({error})。',
    todo: '请检查回环接口是否启用,以及此程序是否可以使用网络。',
  },
  'port-in-use': {
    what: '无法使用 UDP 端口 {port}。',
    why: '另一个程序独占了它。',
    todo: '请结束那个程序,或让所有成员用 --port N 换一个端口。',
  },
  'unicast-ports-in-use': {
    what: '没有空闲的 UDP 端口供此配置使用。',
    why: '{first} 到 {last} 的端口都在使用;一台计算机上的每个配置需要一个。',
    todo: '请结束一些,或让所有成员用 --port N 换一个端口。',
  },
  'interface-unknown': {
    what: '没有网络接口 {interface}。',
    why: '这台计算机有:{known}。',
    todo: '请用 --interface NAME 给出其中之一。',
  },
  'key-mismatch': {
    what: '此配置不能接入网络。',
    why: '它的密钥两半不匹配;文件被混用了。',
    todo: '请恢复该文件夹的备份,或用 --profile DIR 另选配置。',
  },
  'interface-without-multicast': {
    what: '没有使用接口 {interface}。',
    why: '它不支持组播。',
    todo: '若成员可由其他方式到达则无需处理;否则用 --interface NAME 选择。',
  },
  'interfaces-too-many': {
    what: '{count} 个网络接口中只使用了 {used} 个。',
    why: '已到上限。',
    todo: '请用 --interface NAME 选择合适的接口。',
  },
  'group-join-failed': {
    what: '在 {interface} 上听不到某个房间的一部分。',
    why: '系统拒绝了组 {group}({error})。',
    todo: '请退出一些房间,或调高 igmp_max_memberships。',
  },
  'group-unusable': {
    what: '听不到某个房间的一部分。',
    why: '无法打开端口 {port} 上的组 {group}({error})。',
    todo: '请查看是否有其他程序占用该端口。',
  },
  'send-blocked': {
    what: '没有数据能从 {interface} 发出。',
    why: '本机的防火墙禁止({error})。',
    todo: '请允许 Starling 使用 UDP;README 中有命令。',
  },
  'send-too-large': {
    what: '数据包对 {interface} 来说太大。',
    why: '它的帧小于以太网的帧({error})。',
    todo: '请把 {interface} 的 MTU 提高到 1500,或用 --interface NAME 另选。',
  },
  'network-unreachable': {
    what: '{interface} 上的网络不可达。',
    why: '系统报告 {error}。',
    todo: '请检查网线或 Wi-Fi;Starling 会自动继续。',
  },
  'send-failed': {
    what: '通过 {interface} 发送失败。',
    why: '系统报告 {error}。',
    todo: '请检查网络;Starling 会自动继续。',
  },
  'command-refused': { what: 'Starling 拒绝了 {command}。', why: '{detail}', todo: '请报告此问题。' },
  'engine-failed': {
    what: 'Starling 的网络部分出错,程序结束。',
    why: '{detail}',
    todo: '请重新启动;请看配置文件夹中的 starling.log 并报告此问题。',
  },
};

const PROBLEMS: Readonly<Record<Language, Record<ProblemCode, ProblemWords>>> = { en, zh };

export const PROBLEM_CODES = Object.keys(en) as readonly ProblemCode[];

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(en, code);

/** The three parts for a code with its values; a code that is not known is told as `internal`, by its name. */
export function problemWords(code: string, values: Values, language: Language): ProblemWords {
  if (!isProblemCode(code)) return problemWords('internal', { detail: code }, language);
  const words = PROBLEMS[language][code];
  return { what: fill(words.what, values), why: fill(words.why, values), todo: fill(words.todo, values) };
}

/** The three parts as one line. */
export function problemLine(code: string, values: Values, language: Language): string {
  const { what, why, todo } = problemWords(code, values, language);
  return [what, why, todo].filter((part) => part !== '').join(language === 'zh' ? '' : ' ');
}
