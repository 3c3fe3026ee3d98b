/** The problems in Chinese. `{name}` stands for a value. */
import type { ProblemCode, ProblemWords } from './problems-en.ts';

export const zh: Record<ProblemCode, ProblemWords> = {
  'store-newer': {
    what: '无法打开此配置。',
    why: '{path} 由更新版本的 Starling 写入。',
    todo: '请启动新版本，或用 --profile DIR 另选配置。没有改动任何内容。',
  },
  'store-damaged': {
    what: '无法打开此配置。',
    why: '{path} 已损坏（{detail}）。',
    todo: '请恢复该文件夹的备份，或用 --profile DIR 另选配置。没有改动任何内容。',
  },
  'store-read-only': {
    what: '无法写入配置。',
    why: '{path} 或其文件夹对你是只读的（{detail}）。',
    todo: '请使文件夹可写，或用 --profile DIR 另选。',
  },
  'store-full': {
    what: '无法写入配置；需要保存的内容没有发出。',
    why: '{path} 所在的磁盘已满。',
    todo: '请腾出空间后重试。',
  },
  'store-failed': {
    what: '无法读写配置。',
    why: '{path}:{detail}。',
    todo: '请检查磁盘，或用 --profile DIR 另选配置。',
  },
  'profile-busy': {
    what: '配置 {profile} 正在使用，但其 Starling 没有应答。',
    why: '它正在启动、正在结束，或被调试器或 Ctrl-Z 暂停。',
    todo: '请稍后再试；若一直如此，请结束进程 {pid}。',
  },
  'passphrase-needed': {
    what: '配置 {profile} 的私钥有口令保护。',
    why: '没有口令就无法签名，别人也就不会相信那是你。',
    todo: '请在终端里启动 Starling，它会询问口令；或用 --passphrase-file 指定文件。',
  },
  'passphrase-wrong': {
    what: '口令不对。',
    why: '用它打不开私钥。',
    todo: '请再试一次，注意大小写和键盘布局。',
  },
  'passphrase-short': {
    what: '口令太短。',
    why: '拿到文件副本的人可以试遍所有少于 {least} 个字符的口令。',
    todo: '请用更长的口令：四个互不相关的词就很好。',
  },
  'passphrase-long': {
    what: '口令太长。',
    why: '最多 {most} 字节。',
    todo: '请用短一些的口令。',
  },
  'passphrase-differs': {
    what: '两次输入不一样。',
    why: '新口令要输入两次，免得手误把自己锁在外面。',
    todo: '请再试一次。',
  },
  'passphrase-file': {
    what: '无法读取文件 {file}。',
    why: '系统提示：{detail}。',
    todo: '请确认文件存在并且可以读取。',
  },
  'profile-elsewhere': {
    what: '配置 {profile} 正在计算机 {host} 上使用。',
    why: '一个配置同时只能在一台计算机上运行。',
    todo: '请在 {host} 上运行 "starling stop"，或用 --profile DIR 另选配置。',
  },
  'profile-unwritable': {
    what: '文件夹 {profile} 不能用作配置。',
    why: '无法创建或写入（{detail}）。',
    todo: '请用 --profile DIR 另选。',
  },
  'daemon-stopped': {
    what: 'Starling 在完成之前结束了。',
    why: '持有该配置的进程被停止。',
    todo: '请重新运行该命令。',
  },
  'daemon-refused': {
    what: '正在运行的 Starling 拒绝了连接。',
    why: '它不接受此配置的密钥（{detail}）。',
    todo: '请运行 "starling stop" 后重试。',
  },
  'log-unwritable': {
    what: '没有记录日志。',
    why: '无法写入 {path}（{detail}）。',
    todo: '请检查磁盘和配置文件夹的权限。其他功能正常。',
  },
  usage: {
    what: '{detail}',
    why: '无法理解该命令行。',
    todo: '请看 "starling --help"。',
  },
  'flag-differs': {
    what: '{flag} 为 {wanted}，但正在运行的 Starling 是 {actual}。',
    why: '一个配置运行时只有一个 {flag}。',
    todo: '请省略 {flag}，或先运行 "starling stop"，或使用另一个 --profile DIR。',
  },
  timeout: {
    what: '时间到了：{detail}。',
    why: '用时超过 {seconds} 秒。',
    todo: '请重试，或用 --timeout SECONDS 给更多时间。',
  },
  'ui-port-in-use': {
    what: '无法在端口 {port} 提供页面。',
    why: '另一个程序正在使用该端口。',
    todo: '请用 --ui-port N 另选，或省略该选项。',
  },
  'ui-port-moved': {
    what: '这次页面在端口 {actual}，而不是 {port}。',
    why: '另一个程序正在使用端口 {port}。',
    todo: '若想用回原地址，请在下次启动前结束那个程序。',
  },
  'ui-failed': {
    what: '无法提供本地页面。',
    why: '系统拒绝了 127.0.0.1 上的端口（{detail}）。',
    todo: '请检查回环接口是否启用。',
  },
  'bad-request': {
    what: '无法理解该请求。',
    why: '{detail}',
    todo: '请重新加载页面；若无效，请运行 "starling stop" 后重新启动。',
  },
  unauthenticated: {
    what: '此页面不能与 Starling 通信。',
    why: '链接已被使用、超过一分钟，或属于另一个配置。',
    todo: '请再次运行 "starling"，使用它显示的地址。',
  },
  internal: {
    what: 'Starling 内部出错。',
    why: '{detail}',
    todo: '请查看配置文件夹中的 starling.log，并报告此问题。',
  },
  'name-invalid': {
    what: '不能使用这个名字。',
    why: '名字为 1 到 {limit} 字节，要看得见，不含控制字符。',
    todo: '请换一个。',
  },
  'room-name-invalid': {
    what: '不能使用这个房间名。',
    why: '房间名为 1 到 {limit} 字节，要看得见，不含控制字符，不以“@”开头。',
    todo: '请换一个。',
  },
  'room-unknown': {
    what: '你不在名为 {room} 的房间里。',
    why: '此命令只用于已加入的房间：{joined}。',
    todo: '请先运行 "starling join {room}"。',
  },
  'member-unknown': {
    what: '这里没有叫 {member} 的人。',
    why: '它既不是 {room} 中的名字，也不是其中某个标识的开头。',
    todo: '请看 "starling members"。',
  },
  'member-ambiguous': {
    what: '{member} 对应多个成员。',
    why: '它们是：{ids}。',
    todo: '请给出标识的开头。',
  },
  'member-self': {
    what: '不能对自己这样做。',
    why: '{member} 就是你。',
    todo: '要退出房间，请用 "starling quit"。',
  },
  'text-too-long': {
    what: '消息太长。',
    why: '它有 {bytes} 字节；一条消息最多 {limit} 字节。',
    todo: '请作为文件发送。',
  },
  'text-empty': {
    what: '没有内容可说。',
    why: '文字为空。',
    todo: '请给出文字，或用 "-" 从标准输入读取。',
  },
  'limit-reached': {
    what: '超出了数量：{detail}。',
    why: '最多保留 {limit} 个。',
    todo: '请等一些完成，或退出、恢复一些。',
  },
  'peer-unknown': {
    what: '没有名为“{host}”的机器。',
    why: '它不是 IPv4 地址，也不是能解析的名称，或者不在列表中。',
    todo: '请使用那台机器上 "starling doctor" 显示的地址。',
  },
  'classic-port-taken': {
    what: '无法加入聊天室“classic”。',
    why: '本机的另一个配置或原版工具已在其中：一台机器只能有一个。',
    todo: '请先在那里退出，再加入。',
  },
  'classic-unusable': {
    what: '无法加入聊天室“classic”。',
    why: '没有可用的网络接口（{error}）。',
    todo: '请连接网络后再加入。',
  },
  'classic-not-possible': {
    what: '在聊天室“classic”中无法这样做。',
    why: '那里的成员只是地址：一切都没有签名，无法分辨真假。',
    todo: '请改用 Starling 的公开或私密聊天室。',
  },
  'room-not-ready': {
    what: '房间 {room} 没有打开。',
    why: '网络部分没有及时应答。',
    todo: '请重试；若一直如此，请看配置文件夹中的 starling.log。',
  },
  'room-not-private': {
    what: '只有私密房间可以这样做。',
    why: '{room} 是公开的：本网络上人人可加入和阅读。',
    todo: '请用 "starling create ROOM" 建一个私密房间。',
  },
  'room-closed': {
    what: '你已不是 {room} 的成员。',
    why: '你退出了，或被移除了。',
    todo: '房间里的成员可以再让你进来。',
  },
  'room-not-closed': {
    what: '你还是 {room} 的成员。',
    why: '只有退出了的房间才能忘掉。',
    todo: '请先用 "starling quit {room}" 退出。',
  },
  'room-full': {
    what: '{room} 满了。',
    why: '私密房间的成员和变更数量都有上限。',
    todo: '请另建一个房间。',
  },
  'room-forked': {
    what: '从这里不能再更改 {room}。',
    why: '此配置同时在两处使用过，或从旧副本恢复过，它作的更改互相矛盾。',
    todo: '请管理员把你移出房间，再重新加入。',
  },
  'last-admin': {
    what: '你不能在 {room} 中卸任。',
    why: '那里没有别人拥有你要放弃的权限。',
    todo: '请先让别人成为所有者。',
  },
  'offer-ambiguous': {
    what: '有多个叫 {room} 的房间请你加入：{ids}。',
    why: '谁都可以用这个名字。',
    todo: '请改用编号的开头。',
  },
  'offer-unknown': {
    what: '没有人请你进入房间 {room}。',
    why: '你已经答复过，或者它是给另一个配置的。',
    todo: '请查看 "starling rooms"，或请对方再加你一次。',
  },
  'not-allowed': {
    what: '你不能在 {room} 里这样做。',
    why: '由所有者和管理员决定谁在房间里，而且只能决定权限更低或资历更浅的人。',
    todo: '请找房间的所有者。',
  },
  'member-here': {
    what: '{member} 已经在 {room} 里。',
    why: '每人在一个房间里只有一次。',
    todo: '不用做什么。',
  },
  'member-unreachable': {
    what: '联系不到 {member}。',
    why: '对方要在网络上看得见，而且其 Starling 支持私密房间，才能为其制作密钥。',
    todo: '等 {member} 在的时候再试。',
  },
  'member-forked': {
    what: '{member} 在 {room} 里对不同的人说了不同的话。',
    why: '那个配置在两处运行，或从旧副本恢复过，或者别人有了它的密钥。',
    todo: '请问问 {member}；管理员可以移除那个配置。',
  },
  'invite-mistyped': {
    what: '这个邀请有误。',
    why: '{detail}',
    todo: '请与原文核对后再试。',
  },
  'invite-unknown': {
    what: '这个邀请无效。',
    why: '它被收回了，或者邀请人已无权邀请。',
    todo: '请另要一个。',
  },
  'invite-used': {
    what: '这个邀请已经用过。',
    why: '每个邀请只给一个人。',
    todo: '请另要一个。',
  },
  'invite-expired': {
    what: '这个邀请太旧了。',
    why: '它在使用之前就过期了。',
    todo: '请另要一个。',
  },
  'invite-own': {
    what: '这是你自己的邀请。',
    why: '你已在那个房间里；邀请是给别人的。',
    todo: '请把它交给你想让进来的人。',
  },
  'invite-no-answer': {
    what: '没有人回应这个邀请。',
    why: '你加入时，邀请人必须在本网络上运行 Starling。',
    todo: '请核对邀请，并确认你们在同一网络上，然后再试。',
  },
  'join-cancelled': {
    what: '没有加入。',
    why: '已取消。',
    todo: '这个邀请还可以用。',
  },
  'file-missing': { what: '没有文件 {path}。', why: '没有东西叫这个名字。', todo: '请检查路径。' },
  'file-not-regular': {
    what: '无法发送 {path}。',
    why: '它是套接字、管道或设备，既不是文件，也不是文件夹。',
    todo: '请发送文件或文件夹。',
  },
  'folder-too-large': {
    what: '{path} 太大，无法作为一个整体发送。',
    why: '上限是 200,000 个条目、64 层文件夹、1024 字节的路径、32 MB 的名称和 16 TiB（{detail}）。',
    todo: '请分几次发送，或先打包成一个文件（zip 或 tar）。',
  },
  'paths-too-many': {
    what: '一条命令中的路径过多：{count} 个。',
    why: '一次最多 {limit} 个，总共最多 500,000 个字符。',
    todo: '请直接给出它们所在的文件夹。',
  },
  'folder-skipped': {
    what: '{name} 中有 {count} 项未发送。',
    why: '套接字、管道、设备，以及指向文件夹之外或已失效的链接，在别处没有用处：{paths}',
    todo: '请用所需内容的副本替换它们，再发送一次。',
  },
  'folder-renamed': {
    what: '{name} 中有 {count} 个名称会以另一种形式到达。',
    why: '并非每个系统都接受这些名称，或能把它们与其他名称区分开。',
    todo: '无需处理。',
  },
  'folder-links-left-out': {
    what: '{name} 中有 {count} 个链接未创建。',
    why: '此系统或此磁盘不允许您创建指向文件夹的链接。',
    todo: '链接所指的内容仍在文件夹中。',
  },
  'pack-refused': {
    what: '已拒绝 {name}。',
    why: '{why}({path})',
    todo: '没有保存其中任何内容。请留意其发送者发来的东西。',
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
  'disk-full': {
    what: '{name} 放不下。',
    why: '{path} 所在的磁盘已满，或将被正在传送的文件占满。',
    todo: '请腾出空间后继续（starling resume）。',
  },
  'disk-error': { what: '{path} 的磁盘出错。', why: '{detail}', todo: '请检查磁盘。' },
  'folder-not-absolute': {
    what: '{path} 不能用来存放接收的文件。',
    why: '它不是完整路径，每次启动可能指向不同的文件夹。',
    todo: '请填写完整路径，例如 /home/me/Downloads。',
  },
  'downloads-unwritable': {
    what: '无法接收任何文件。',
    why: '无法创建或写入文件夹 {path}（{error}）。',
    todo: '请使其可写，或在设置里（命令行用 --downloads DIR）另选。',
  },
  'nobody-there': {
    what: '没有人可以接收。',
    why: '{room} 中没有其他成员。',
    todo: '请在其他计算机上启动 Starling，或用 --expect N 等待它们。',
  },
  'message-unknown': {
    what: '这里没有这条消息。',
    why: '它从未收到、已隐藏或已清除，或位置有误。',
    todo: '请重新加载历史记录。',
  },
  'message-not-own': {
    what: '不能更改这条消息。',
    why: '它是别人写的；只有作者才能编辑，或为所有人删除。',
    todo: '可以只为自己隐藏它。',
  },
  'export-failed': {
    what: '历史记录没有导出。',
    why: '无法写入 {path}（{detail}）。',
    todo: '请选择可写文件夹中一个尚不存在的文件。',
  },
  'transfer-unknown': {
    what: '没有这个传输。',
    why: '它早已结束，或名称不同。',
    todo: '“starling transfers --all” 列出已知的传输。',
  },
  'transfer-ambiguous': {
    what: '叫“{transfer}”的传输不止一个。',
    why: '它们是：{ids}。',
    todo: '请用编号的开头。',
  },
  'transfer-not-possible': {
    what: '现在不能对此传输这样做。',
    why: '它的状态是 {state}。',
    todo: '不需要做什么。',
  },
  'retry-paused': {
    what: '没有询问 {name}。',
    why: '对方在自己的电脑上暂停了这个文件，只有对方能继续。',
    todo: '可以给对方发消息。',
  },
  'retry-pointless': {
    what: '没有询问 {name}。',
    why: '对方已有这个文件、正在接收、尚未决定，或传输已经结束。',
    todo: '不需要做什么。要重新发送，请再提供一次这个文件。',
  },
  'retry-enough': {
    what: '没有再次询问 {name}。',
    why: '同一个文件能询问的次数已经用完。',
    todo: '对方仍可在自己的电脑上接收。可以给对方发消息。',
  },
  'retry-away': {
    what: '没有询问 {name}。',
    why: '对方现在不在。',
    todo: '等对方回来后再询问。',
  },
  'retry-early': {
    what: '没有再次询问 {name}。',
    why: '刚刚才询问过。',
    todo: '{seconds} 秒后可以再次询问。',
  },
  'transfer-asking': {
    what: '{name} 等待你的决定。',
    why: '它有 {size} 字节：超过自动接收的上限，或会使剩余空间不足。',
    todo: '请在页面上接收，或用 --any-size 运行此命令。',
  },
  'open-refused': {
    what: '不从这里打开 {name}。',
    why: '它是程序，打开就会运行。',
    todo: '如果信任发送者，请用“在文件夹中显示”。',
  },
  'open-failed': {
    what: '无法打开 {name}。',
    why: '系统没有相应的程序，或没有显示器（{detail}）。',
    todo: '请手动打开：{path}。',
  },
  'upload-length': {
    what: '上传被拒绝。',
    why: '它没有说明长度，或字节数不符。',
    todo: '请重试。',
  },
  'upload-space': {
    what: '{name} 放不下。',
    why: '拖入的文件会先复制到配置文件夹，而该磁盘空间不足。',
    todo: '请腾出空间，或用不需要复制的 "starling send PATH" 发送。',
  },
  'network-loopback-only': {
    what: '没有网络：只有本机上的配置能听到你。',
    why: '除回环接口外没有启用的接口。',
    todo: '请连接网络；Starling 会自动使用。',
  },
  'network-unusable': {
    what: '无法使用网络。',
    why: '系统拒绝 UDP 套接字（{error}）。',
    todo: '请检查回环接口是否启用，以及此程序是否可以使用网络。',
  },
  'port-in-use': {
    what: '无法使用 UDP 端口 {port}。',
    why: '另一个程序独占了它。',
    todo: '请结束那个程序，或让所有成员用 --port N 换一个端口。',
  },
  'unicast-ports-in-use': {
    what: '没有空闲的 UDP 端口供此配置使用。',
    why: '{first} 到 {last} 的端口都在使用；一台计算机上的每个配置需要一个。',
    todo: '请结束一些，或让所有成员用 --port N 换一个端口。',
  },
  'interface-unknown': {
    what: '没有网络接口 {interface}。',
    why: '这台计算机有：{known}。',
    todo: '请用 --interface NAME 给出其中之一。',
  },
  'key-mismatch': {
    what: '此配置不能接入网络。',
    why: '它的密钥两半不匹配；文件被混用了。',
    todo: '请恢复该文件夹的备份，或用 --profile DIR 另选配置。',
  },
  'interface-without-multicast': {
    what: '没有使用接口 {interface}。',
    why: '它不支持组播。',
    todo: '若成员可由其他方式到达则无需处理；否则用 --interface NAME 选择。',
  },
  'interfaces-too-many': {
    what: '{count} 个网络接口中只使用了 {used} 个。',
    why: '已到上限。',
    todo: '请用 --interface NAME 选择合适的接口。',
  },
  'group-join-failed': {
    what: '在 {interface} 上听不到某个房间的一部分。',
    why: '系统拒绝了组 {group}（{error}）。',
    todo: '请退出一些房间，或调高 igmp_max_memberships。',
  },
  'group-unusable': {
    what: '听不到某个房间的一部分。',
    why: '无法打开端口 {port} 上的组 {group}（{error}）。',
    todo: '请查看是否有其他程序占用该端口。',
  },
  'send-blocked': {
    what: '没有数据能从 {interface} 发出。',
    why: '本机的防火墙禁止（{error}）。',
    todo: '请允许 Starling 使用 UDP;README 中有命令。',
  },
  'send-too-large': {
    what: '数据包对 {interface} 来说太大。',
    why: '它的帧小于以太网的帧（{error}）。',
    todo: '请把 {interface} 的 MTU 提高到 1500，或用 --interface NAME 另选。',
  },
  'network-unreachable': {
    what: '{interface} 上的网络不可达。',
    why: '系统报告 {error}。',
    todo: '请检查网线或 Wi-Fi;Starling 会自动继续。',
  },
  'send-failed': {
    what: '通过 {interface} 发送失败。',
    why: '系统报告 {error}。',
    todo: '请检查网络；Starling 会自动继续。',
  },
  'command-refused': { what: 'Starling 拒绝了 {command}。', why: '{detail}', todo: '请报告此问题。' },
  'engine-failed': {
    what: 'Starling 的网络部分出错，程序结束。',
    why: '{detail}',
    todo: '请重新启动；请看配置文件夹中的 starling.log 并报告此问题。',
  },
};
