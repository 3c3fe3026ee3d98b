/** What the doctor says of each finding. A code that lacks a language does not compile; docs/doctor.md has the table. */
import { fill } from './fill.ts';
import type { Values } from './fill.ts';
import type { ProblemWords } from './problems-en.ts';
import type { Language } from './types.ts';

const en = {
  'no-interface': {
    what: 'There is no network: Starling runs on this machine alone.',
    why: 'No interface is up that has an address and carries multicast.',
    todo: 'Plug in the cable or join the Wi-Fi; Starling notices within five seconds.',
  },
  'interface-without-multicast': {
    what: 'The interface {interface} is not used.',
    why: 'It carries no multicast, as most VPNs do not.',
    todo: 'Use another interface; members who are only reachable there cannot be met.',
  },
  'own-multicast-lost': {
    what: 'What this machine sends on {interface} does not come back to it.',
    why: 'Something on this machine drops multicast, so that of others is most likely dropped, too.',
    todo: 'Let UDP ports {first} to {last} come in, in the firewall or security program of this machine.',
  },
  'windows-firewall': {
    what: 'What this machine sends on {interface} does not come back to it.',
    why: 'The firewall of Windows, or another security program, drops it, so that of others is most likely dropped, too.',
    todo: 'Open UDP ports {first} to {last} with the command below, in a terminal that was started as administrator. If Windows once asked about Starling or Node.js and was refused, delete that rule as well: a rule that blocks goes before one that allows.',
  },
  'firewall-in': {
    what: 'The firewall of this machine drops incoming {packets} on {interface} ({rule}).',
    why: 'Starling cannot hear members by what is dropped.',
    todo: 'Open UDP ports {first} to {last} for incoming packets, as root.',
  },
  'firewall-out': {
    what: 'The firewall of this machine drops outgoing {packets} on {interface} ({rule}).',
    why: 'Nobody hears what this machine sends.',
    todo: 'Let UDP ports {first} to {last} out, as root.',
  },
  'firewall-unreadable': {
    what: 'The rules of the firewall cannot be read.',
    why: 'Reading them takes the rights of root.',
    todo: 'Run the command below and look for rules that drop UDP, or run "starling doctor" as root.',
  },
  'nobody-heard': {
    what: 'Nobody else was heard.',
    why: 'Nobody else has Starling open on this network and on port {port}, or the network between keeps multicast apart (guest Wi-Fi, another subnet, another VLAN).',
    todo: 'Start Starling on another machine of the same network, and run the doctor there, too.',
  },
  'not-heard-by': {
    what: '{member} does not hear this machine, though it is heard.',
    why: 'What we send does not arrive there: most likely the firewall of that machine drops it.',
    todo: 'On that machine: ufw allow {first}:{last}/udp (Linux with ufw), firewall-cmd --permanent --add-port={first}-{last}/udp && firewall-cmd --reload (firewalld), or netsh advfirewall firewall add rule name="Starling" dir=in action=allow protocol=UDP localport={first}-{last} (Windows).',
  },
  'one-way': {
    what: '{other} hears {member}, and {member} does not hear {other}.',
    why: 'Packets pass in one direction only: most likely the firewall of {member} drops them.',
    todo: 'Let UDP ports {first} to {last} in on the machine of {member}; "starling doctor" there names the command.',
  },
  'unheard-member': {
    what: '{member} is heard by {other}, and not by this machine.',
    why: 'Its multicast does not arrive here: a switch between keeps it back, or it is on another network of {other}.',
    todo: 'Look at the IGMP settings of the switches between, or connect both machines to the same one.',
  },
  'ap-isolation': {
    what: '{member} is heard by {other}, and not by this machine, which is on Wi-Fi.',
    why: 'The access point most likely keeps its clients apart (client or AP isolation).',
    todo: 'Turn isolation off in the access point, use another Wi-Fi than that for guests, or use a cable.',
  },
  'by-unicast': {
    what: '{member} and this machine reach each other by unicast, because multicast does not pass between them, or most of it is lost.',
    why: 'Something on the way drops multicast, or Wi-Fi loses it; each file is sent once more for {member}.',
    todo: 'Look at the firewalls of both machines, and at the IGMP settings of switches and access points between them.',
  },
  'by-relay': {
    what: '{member} and this machine reach each other only through {other}.',
    why: 'Nothing passes between them: a firewall on one of both drops all, or the access point keeps its clients apart. All that {member} gets goes over the network twice.',
    todo: 'Look at the firewalls of both machines, and at client or AP isolation in the access point.',
  },
  'other-ip-version': {
    what: '{member} and this machine have no version of IP in common, and reach each other through {other}.',
    why: 'One of both has IPv4 alone, the other one IPv6 alone. All that {member} gets goes over the network twice.',
    todo: 'Turn IPv6 on where it is off, or give the other machine an IPv4 address.',
  },
  'member-lossy': {
    what: '{percent} % of what {member} sends is lost on the way here.',
    why: 'Files need as much more packets; Wi-Fi far from its access point is the usual reason.',
    todo: 'Move closer to the access point, or use a cable.',
  },
  'buffer-drops': {
    what: '{count} packets came to this machine and found no room.',
    why: 'The receive buffers of the system are small, and the machine was busy; what was lost had to be sent again.',
    todo: 'Allow larger buffers, as root, and start Starling anew.',
  },
  'portable-path': {
    what: 'The fast way to the network is not used ({reason}).',
    why: 'Files take about three times as much of the processor.',
    todo: 'Nothing has to be done; files are whole all the same.',
  },
  'path-mtu': {
    what: 'Full packets do not get through between this machine and {member}; those of {bytes} bytes do.',
    why: 'Both machines take full packets, and something between them drops them without a word: a VPN or tunnel, a bridge, a port of a switch that is set to less. Starling sends smaller ones, so files take more packets; other programs may hang there.',
    todo: 'Set the MTU of that link to 1500, or that of the machines behind it to {bytes}.',
  },
  'small-datagrams': {
    what: 'Packets to {member} carry at most {bytes} bytes.',
    why: 'A VPN, PPPoE or a small MTU is on the way; files take a little more packets.',
    todo: 'Nothing has to be done, unless you expected plain Ethernet there.',
  },
  'send-too-large': {
    what: 'Packets were too large for an interface.',
    why: 'Its MTU is smaller than it was when Starling started.',
    todo: 'Start Starling anew.',
  },
  'own-id-twice': {
    what: 'Another machine ({address}) uses the key of this profile.',
    why: 'The profile was copied; members take both for one, and messages of both get into each other.',
    todo: 'Delete the copied profile on one of the two; it gets a new key by itself.',
  },
  'id-twice': {
    what: 'Two machines take turns as {member}.',
    why: 'A profile was copied; both have the same key.',
    todo: 'Have the copied profile deleted on one of the two.',
  },
  'clock-apart': {
    what: 'The clock of {member} is {seconds} s ahead of this one.',
    why: 'Messages show times that do not fit, and invites expire early or late. The order of messages is right all the same.',
    todo: 'Set the clocks by the network on both machines.',
  },
  'default-route-elsewhere': {
    what: 'The way to the internet is {interface}; those that are heard are on {used}.',
    why: 'Programs that go by the way to the internet alone would find nobody. Starling uses every interface, so nothing is lost.',
    todo: 'Nothing has to be done. If somebody is missing who is on {interface}, run "starling doctor" there, too.',
  },
  'default-route-unused': {
    what: 'The way to the internet is {interface}, and Starling uses {used}.',
    why: 'That is fine where the others are on {used}.',
    todo: 'If they are not, choose with --interface.',
  },
  'ipv6-only': {
    what: 'There is no IPv4 address on {interface}; Starling uses IPv6 there.',
    why: 'Members of that network who have IPv4 alone cannot be reached straight, only through somebody who has both.',
    todo: 'Nothing has to be done where everybody has IPv6. Otherwise give {interface} an IPv4 address (usually by DHCP).',
  },
  'switch-forgets': {
    what: 'The switch at {interface} forgets after about {seconds} s who wants multicast.',
    why: 'It keeps multicast from whoever did not ask for it lately (IGMP snooping), and nothing on the network makes everybody ask again in time (an IGMP querier). Starling asks every few seconds by itself, so it loses nothing; other programs fall silent.',
    todo: 'Nothing has to be done for Starling. To put it right, turn on the IGMP querier of the router or of one switch, or turn IGMP snooping off.',
  },
} as const satisfies Record<string, ProblemWords>;

const zh: Readonly<Record<keyof typeof en, ProblemWords>> = {
  'no-interface': {
    what: '没有网络：Starling 只在本机运行。',
    why: '没有已启用、有地址并支持组播的接口。',
    todo: '请插上网线或连接 Wi-Fi；Starling 会在五秒内发现。',
  },
  'interface-without-multicast': {
    what: '未使用接口 {interface}。',
    why: '它不支持组播，多数 VPN 都是如此。',
    todo: '请使用其他接口；只能经它到达的成员无法相见。',
  },
  'own-multicast-lost': {
    what: '本机在 {interface} 上发出的内容没有回到本机。',
    why: '本机上有东西丢弃了组播，别人的组播很可能也被丢弃。',
    todo: '请在本机的防火墙或安全软件中放行 UDP 端口 {first} 到 {last} 的入站数据。',
  },
  'windows-firewall': {
    what: '本机在 {interface} 上发出的内容没有回到本机。',
    why: 'Windows 防火墙或其他安全软件丢弃了它，别人的内容很可能也被丢弃。',
    todo: '请在以管理员身份打开的终端中用下面的命令放行 UDP 端口 {first} 到 {last}。如果 Windows 曾就 Starling 或 Node.js 询问而被拒绝，请把那条规则也删除：阻止规则优先于允许规则。',
  },
  'firewall-in': {
    what: '本机防火墙丢弃了 {interface} 上收到的 {packets}（{rule}）。',
    why: '被丢弃的内容 Starling 收不到。',
    todo: '请以 root 身份放行 UDP 端口 {first} 到 {last} 的入站数据。',
  },
  'firewall-out': {
    what: '本机防火墙丢弃了 {interface} 上发出的 {packets}（{rule}）。',
    why: '没有人能收到本机发出的内容。',
    todo: '请以 root 身份放行 UDP 端口 {first} 到 {last} 的出站数据。',
  },
  'firewall-unreadable': {
    what: '无法读取防火墙规则。',
    why: '读取它们需要 root 权限。',
    todo: '请运行下面的命令，查看是否有丢弃 UDP 的规则；或以 root 身份运行 "starling doctor"。',
  },
  'nobody-heard': {
    what: '没有发现别人。',
    why: '本网络的端口 {port} 上没有别人打开 Starling，或者网络把组播隔开了（访客 Wi-Fi、不同子网或 VLAN）。',
    todo: '请在同一网络的另一台机器上启动 Starling，并在那里也运行诊断。',
  },
  'not-heard-by': {
    what: '{member} 收不到本机，但本机能收到它。',
    why: '我们发出的内容没有到达：很可能是那台机器的防火墙丢弃了。',
    todo: '在那台机器上：ufw allow {first}:{last}/udp（Linux 的 ufw），firewall-cmd --permanent --add-port={first}-{last}/udp && firewall-cmd --reload（firewalld），或 netsh advfirewall firewall add rule name="Starling" dir=in action=allow protocol=UDP localport={first}-{last}（Windows）。',
  },
  'one-way': {
    what: '{other} 收得到 {member}，但 {member} 收不到 {other}。',
    why: '数据包只能单向通过：很可能是 {member} 的防火墙丢弃了。',
    todo: '请在 {member} 的机器上放行 UDP 端口 {first} 到 {last}；在那里运行 "starling doctor" 会给出命令。',
  },
  'unheard-member': {
    what: '{other} 收得到 {member}，本机收不到。',
    why: '它的组播没有到达这里：中间的交换机拦下了它，或它在 {other} 的另一个网络上。',
    todo: '请检查中间交换机的 IGMP 设置，或把两台机器接到同一台交换机。',
  },
  'ap-isolation': {
    what: '{other} 收得到 {member}，而使用 Wi-Fi 的本机收不到。',
    why: '接入点很可能把客户端彼此隔离（客户端隔离、AP 隔离）。',
    todo: '请在接入点关闭隔离，不要使用访客 Wi-Fi，或改用网线。',
  },
  'by-unicast': {
    what: '{member} 与本机之间组播不通或大多丢失，改用单播。',
    why: '途中有东西丢弃组播，或 Wi-Fi 丢失了组播；每个文件要为 {member} 多发一次。',
    todo: '请检查两台机器的防火墙，以及中间交换机和接入点的 IGMP 设置。',
  },
  'path-mtu': {
    what: '本机与 {member} 之间无法通过完整大小的数据包，{bytes} 字节的可以通过。',
    why: '两台机器都能收完整的数据包，但途中某处会悄悄丢弃它们：VPN 或隧道、网桥，或 MTU 设得较小的交换机端口。Starling 会改发较小的数据包，因此文件需要更多数据包；其他程序在这里可能会卡住。',
    todo: '请把那条链路的 MTU 设为 1500，或把它后面的机器的 MTU 设为 {bytes}。',
  },
  'by-relay': {
    what: '{member} 与本机只能经 {other} 转发互通。',
    why: '两者之间什么都不通：可能是其中一台的防火墙丢弃了所有数据，或接入点隔离了客户端。发给 {member} 的内容要在网络上走两遍。',
    todo: '请检查两台机器的防火墙，以及接入点的客户端隔离（AP 隔离）设置。',
  },
  'other-ip-version': {
    what: '{member} 与本机没有共同的 IP 版本，只能经 {other} 转发互通。',
    why: '一台只有 IPv4，另一台只有 IPv6。发给 {member} 的内容要在网络上走两遍。',
    todo: '请在关闭了 IPv6 的机器上启用 IPv6，或给另一台机器一个 IPv4 地址。',
  },
  'member-lossy': {
    what: '{member} 发出的内容有 {percent}% 在途中丢失。',
    why: '文件需要相应更多的数据包；常见原因是离接入点太远。',
    todo: '请靠近接入点，或改用网线。',
  },
  'buffer-drops': {
    what: '有 {count} 个数据包到达本机却没有空间。',
    why: '系统的接收缓冲区小，而机器很忙；丢失的内容只好重发。',
    todo: '请以 root 身份允许更大的缓冲区，然后重新启动 Starling。',
  },
  'portable-path': {
    what: '未使用快速网络路径（{reason}）。',
    why: '传文件要占用约三倍的处理器时间。',
    todo: '无需处理；文件同样完整。',
  },
  'small-datagrams': {
    what: '发往 {member} 的数据包最多 {bytes} 字节。',
    why: '途中有 VPN、PPPoE 或较小的 MTU；文件需要稍多的数据包。',
    todo: '无需处理，除非那里本应是普通以太网。',
  },
  'send-too-large': {
    what: '有数据包对接口来说太大。',
    why: '它的 MTU 比 Starling 启动时小。',
    todo: '请重新启动 Starling。',
  },
  'own-id-twice': {
    what: '另一台机器（{address}）使用了本配置的密钥。',
    why: '配置被复制了；成员把两者当成一个，消息会混在一起。',
    todo: '请在其中一台上删除复制的配置；它会自动得到新的密钥。',
  },
  'id-twice': {
    what: '有两台机器轮流充当 {member}。',
    why: '配置被复制了；两者有同样的密钥。',
    todo: '请让其中一台删除复制的配置。',
  },
  'clock-apart': {
    what: '{member} 的时钟比本机快 {seconds} 秒。',
    why: '消息显示的时间不一致，邀请会过早或过晚失效；但消息的顺序仍然正确。',
    todo: '请在两台机器上使用网络时间。',
  },
  'default-route-elsewhere': {
    what: '通往互联网的接口是 {interface}；能收到的成员在 {used} 上。',
    why: '只走互联网接口的程序会找不到任何人。Starling 使用所有接口，所以没有影响。',
    todo: '无需处理。如果缺少的人在 {interface} 上，请在那台机器上也运行 "starling doctor"。',
  },
  'default-route-unused': {
    what: '通往互联网的接口是 {interface}，而 Starling 使用 {used}。',
    why: '如果其他人在 {used} 上，这没有问题。',
    todo: '否则请用 --interface 选择。',
  },
  'ipv6-only': {
    what: '{interface} 上没有 IPv4 地址；Starling 在那里使用 IPv6。',
    why: '该网络中只有 IPv4 的成员无法直接到达，只能经同时有两者的成员转达。',
    todo: '如果大家都有 IPv6，则无需处理；否则请给 {interface} 配置 IPv4 地址（通常用 DHCP）。',
  },
  'switch-forgets': {
    what: '{interface} 所接的交换机大约 {seconds} 秒后就会忘记谁需要组播。',
    why: '它只把组播发给最近请求过的设备（IGMP 侦听），而网络中没有设备及时提醒大家重新请求（IGMP 查询器）。Starling 每隔几秒自行请求，因此没有丢失；其他程序会收不到组播。',
    todo: 'Starling 无需处理。要根治，请在路由器或其中一台交换机上开启 IGMP 查询器，或关闭 IGMP 侦听。',
  },
};

export type DoctorCode = keyof typeof en;

export const DOCTOR_CODES = Object.keys(en) as readonly DoctorCode[];

const WORDS: Readonly<Record<Language, Record<DoctorCode, ProblemWords>>> = { en, zh };

export function doctorWords(code: DoctorCode, values: Values, language: Language): ProblemWords {
  const { what, why, todo } = WORDS[language][code];
  return { what: fill(what, values), why: fill(why, values), todo: fill(todo, values) };
}
