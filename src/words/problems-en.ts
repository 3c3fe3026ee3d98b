/** The problems in English. `{name}` stands for a value. */

export interface ProblemWords {
  readonly what: string;
  readonly why: string;
  readonly todo: string;
}

export const en = {
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
  'passphrase-needed': {
    what: 'The private key of the profile {profile} is wrapped with a passphrase.',
    why: 'Without it nothing can be signed, and so nobody would believe that it is you.',
    todo: 'Start Starling in a terminal, which asks for it, or name a file with --passphrase-file.',
  },
  'passphrase-wrong': {
    what: 'This is not the passphrase.',
    why: 'The private key does not open with it.',
    todo: 'Try again; mind capital letters and the layout of the keyboard.',
  },
  'passphrase-short': {
    what: 'This passphrase is too short.',
    why: 'Whoever has a copy of the file could try all that are shorter than {least} characters.',
    todo: 'Take a longer one: four words that have nothing to do with each other are good.',
  },
  'passphrase-long': {
    what: 'This passphrase is too long.',
    why: 'It may have {most} bytes.',
    todo: 'Take a shorter one.',
  },
  'passphrase-differs': {
    what: 'The two are not the same.',
    why: 'The new passphrase is asked for twice, so that a slip of the finger locks nobody out.',
    todo: 'Try again.',
  },
  'passphrase-file': {
    what: 'The file {file} cannot be read.',
    why: 'The system says: {detail}.',
    todo: 'See that the file is there and that you may read it.',
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
    why: 'A name has 1 to {limit} bytes, something to see, and no control characters.',
    todo: 'Choose another one.',
  },
  'room-name-invalid': {
    what: 'This room name cannot be used.',
    why: 'A room name has 1 to {limit} bytes, something to see, no control characters, and no "@" in front.',
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
    what: 'That cannot be done with yourself.',
    why: '{member} is you.',
    todo: 'To leave a room use "starling quit".',
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
  'peer-unknown': {
    what: 'There is no machine "{host}".',
    why: 'It is no IPv4 address, no name that leads to one, or was not in the list.',
    todo: 'Use the address that "starling doctor" shows on that machine.',
  },
  'classic-port-taken': {
    what: 'The room "classic" cannot be joined.',
    why: 'Another profile of this machine, or the original tool itself, is in it: it takes one of them on a machine.',
    todo: 'Quit it there, then join again.',
  },
  'classic-unusable': {
    what: 'The room "classic" cannot be joined.',
    why: 'There is no network interface for it ({error}).',
    todo: 'Connect to a network and join again.',
  },
  'classic-not-possible': {
    what: 'This cannot be done in the room "classic".',
    why: 'Its members are addresses: nothing there is signed, so nobody can be told apart from who pretends.',
    todo: 'Use a public or a private room of Starling for it.',
  },
  'room-not-ready': {
    what: 'The room {room} did not open.',
    why: 'The network part did not answer in time.',
    todo: 'Try again; see starling.log in the profile folder if it stays that way.',
  },
  // private rooms
  'room-not-private': {
    what: 'That is for private rooms.',
    why: '{room} is public: everyone on this network can join and read it.',
    todo: 'Make a private room with "starling create ROOM".',
  },
  'room-closed': {
    what: 'You are not a member of {room} any more.',
    why: 'You left it, or were removed from it.',
    todo: 'One of its members can let you in again.',
  },
  'room-not-closed': {
    what: 'You are still a member of {room}.',
    why: 'Only a room that you left can be forgotten.',
    todo: 'Leave it first with "starling quit {room}".',
  },
  'room-full': {
    what: '{room} is full.',
    why: 'A private room has at most so many members, and so many changes.',
    todo: 'Make another room.',
  },
  'room-forked': {
    what: 'Nothing can be changed in {room} from here.',
    why: 'This profile was used in two places at once, or put back from an old copy, and its changes contradict each other.',
    todo: 'Have an admin remove you from the room and add you again.',
  },
  'last-admin': {
    what: 'You cannot step down in {room}.',
    why: 'Nobody else there has the rights that you would give up.',
    todo: 'Make somebody else an owner first.',
  },
  'offer-ambiguous': {
    what: 'Several rooms called {room} are offered to you: {ids}.',
    why: 'A name can be taken by anybody.',
    todo: 'Give the beginning of the id instead.',
  },
  'offer-unknown': {
    what: 'Nobody offers you a room {room}.',
    why: 'You answered already, or it was offered to another profile.',
    todo: 'Look at "starling rooms", or ask to be added again.',
  },
  'not-allowed': {
    what: 'You may not do that in {room}.',
    why: 'Owners and admins decide who is in it, and only about those with fewer rights or less time in the room.',
    todo: 'Ask an owner of the room.',
  },
  'member-here': {
    what: '{member} is in {room} already.',
    why: 'Everyone is in a room once.',
    todo: 'Nothing needs to be done.',
  },
  'member-unreachable': {
    what: '{member} cannot be reached.',
    why: 'Keys can only be made for somebody who is seen on the network, with a Starling that knows private rooms.',
    todo: 'Try again when {member} is there.',
  },
  'member-forked': {
    what: '{member} tells different people different things in {room}.',
    why: 'That profile runs in two places or was put back from an old copy, or somebody else has its key.',
    todo: 'Ask {member}; an admin can remove that profile.',
  },
  // invites
  'invite-mistyped': {
    what: 'This invite has a mistake in it.',
    why: '{detail}',
    todo: 'Compare it with the original and try again.',
  },
  'invite-unknown': {
    what: 'This invite does not hold.',
    why: 'It was taken back, or who made it may not invite any more.',
    todo: 'Ask for another one.',
  },
  'invite-used': {
    what: 'This invite was used.',
    why: 'Each is for one person.',
    todo: 'Ask for another one.',
  },
  'invite-expired': {
    what: 'This invite is too old.',
    why: 'Its time was over before it was used.',
    todo: 'Ask for another one.',
  },
  'invite-own': {
    what: 'This invite is one of yours.',
    why: 'You are in that room already; an invite is for somebody else.',
    todo: 'Give it to whom you want to let in.',
  },
  'invite-no-answer': {
    what: 'Nobody answered this invite.',
    why: 'Who made it must run Starling on this network while you join.',
    todo: 'Check the invite, and that both of you are on the same network; then try again.',
  },
  'join-cancelled': {
    what: 'You did not join.',
    why: 'It was cancelled.',
    todo: 'The invite can still be used.',
  },
  // files
  'file-missing': {
    what: 'There is no file {path}.',
    why: 'Nothing has that name.',
    todo: 'Check the path.',
  },
  'file-not-regular': {
    what: '{path} cannot be sent.',
    why: 'It is a socket, a pipe or a device, and neither a file nor a folder.',
    todo: 'Send a file or a folder.',
  },
  'folder-too-large': {
    what: '{path} is too much for one pack.',
    why: 'The bound is 200,000 entries, 64 folders deep, paths of 1024 bytes, 32 MB of names and 16 TiB ({detail}).',
    todo: 'Send parts of it, or pack it into one file first (zip or tar).',
  },
  'paths-too-many': {
    what: 'These are too many paths for one command: {count}.',
    why: 'At most {limit} of them, and 500,000 letters in all, go to Starling at once.',
    todo: 'Name the folder that they are in.',
  },
  'folder-skipped': {
    what: '{count} things in {name} are left out.',
    why: 'Sockets, pipes, devices, and links that lead out of the folder or nowhere, are of no use elsewhere: {paths}',
    todo: 'Put a copy in the place of what is needed, and send the folder again.',
  },
  'folder-renamed': {
    what: '{count} names in {name} arrive in another form.',
    why: 'Not every system takes them, or keeps them apart from others.',
    todo: 'Nothing needs to be done.',
  },
  'folder-links-left-out': {
    what: '{count} links in {name} were left out.',
    why: 'This system, or this disk, makes no links to folders for you.',
    todo: 'What they lead to is in the folder all the same.',
  },
  'pack-refused': {
    what: '{name} was refused.',
    why: '{why} ({path})',
    todo: 'Nothing of it was saved. Be careful with what its sender sends.',
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
    why: 'The disk of {path} is full, or will be with what is on its way already.',
    todo: 'Free some space, then go on with it ("starling resume").',
  },
  'disk-error': {
    what: 'The disk failed for {path}.',
    why: '{detail}',
    todo: 'Check the disk.',
  },
  'folder-not-absolute': {
    what: '{path} is no place for received files.',
    why: 'It does not begin at the top of the disk, so it could mean a different folder at each start.',
    todo: 'Give the whole path, such as /home/me/Downloads.',
  },
  'downloads-unwritable': {
    what: 'Nothing can be received.',
    why: 'The folder {path} cannot be made or written ({error}).',
    todo: 'Make it writable, or choose another one in the settings or with --downloads DIR.',
  },
  'nobody-there': {
    what: 'Nobody was there to receive it.',
    why: 'No other member is in {room}.',
    todo: 'Start Starling on the other computers, or wait for them with --expect N.',
  },
  'message-unknown': {
    what: 'This message is not here.',
    why: 'It was never received, is hidden or forgotten, or the place is called otherwise.',
    todo: 'Load the history again.',
  },
  'message-not-own': {
    what: 'This message cannot be changed.',
    why: 'Somebody else wrote it; only its author can edit it or delete it for everyone.',
    todo: 'Hide it for yourself instead.',
  },
  'export-failed': {
    what: 'The history was not exported.',
    why: '{path} could not be written ({detail}).',
    todo: 'Choose a file that is not there yet, in a folder that can be written.',
  },
  'transfer-unknown': {
    what: 'This transfer is not known.',
    why: 'It ended long ago, or it is called otherwise.',
    todo: '"starling transfers --all" lists those that are known.',
  },
  'transfer-ambiguous': {
    what: 'More than one transfer is called "{transfer}".',
    why: 'These are: {ids}.',
    todo: 'Use the beginning of its id.',
  },
  'transfer-not-possible': {
    what: 'That cannot be done with this transfer now.',
    why: 'Its state is {state}.',
    todo: 'Nothing needs to be done.',
  },
  'retry-paused': {
    what: '{name} was not asked.',
    why: 'They hold the file back on their computer, and only they can go on with it.',
    todo: 'Write to them.',
  },
  'retry-pointless': {
    what: '{name} was not asked.',
    why: 'They have the file or the question, it is on its way to them, or it has ended.',
    todo: 'Nothing needs to be done. To send it anew, offer it once more.',
  },
  'retry-enough': {
    what: '{name} was not asked again.',
    why: 'They were asked as often as may be for one file.',
    todo: 'They can still take it on their computer. Write to them.',
  },
  'retry-away': {
    what: '{name} was not asked.',
    why: 'They are not there now.',
    todo: 'Ask when they are back.',
  },
  'retry-early': {
    what: '{name} was not asked again.',
    why: 'They were asked a moment ago.',
    todo: 'It can be asked again in {seconds} s.',
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
