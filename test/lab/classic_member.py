"""A member of the original tool's room, written from the description of its protocol alone, with its limits: readers
take 1,024 bytes of a datagram and are slow, nothing is numbered, and members are known by their source address.

    classic_member.py ADDRESS FOLDER [READ_MS]

READ_MS is what one datagram costs a reader, 1 without it. Commands on standard input, one a line: `say TEXT`, `send PATH`,
`half PATH`, `members`, `count` (of the datagrams of files that were read), `quit`. What it hears it prints, one JSON
object a line. Files are written into FOLDER by the names that they come with.
"""

import json
import os
import socket
import struct
import sys
import threading
import time

TEXT_GROUP, TEXT_PORT = "224.168.2.9", 1600
FILE_GROUP, FILE_PORT = "235.2.3.4", 1700
SOURCE_PORT = 1501
READ_BYTES = 1024
UPDATE_S = 5
SILENT_S = 16

address, folder = sys.argv[1], sys.argv[2]
# What one datagram costs a reader.
READ_S = float(sys.argv[3]) / 1000 if len(sys.argv) > 3 else 0.001
file_datagrams = 0
lock = threading.Lock()
members = {}


def tell(**event):
    with lock:
        print(json.dumps(event), flush=True)


def listener(group, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((group, port))
    membership = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton(address))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    return sock


sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.bind((address, SOURCE_PORT))
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)


def read_texts(sock):
    while True:
        data, (host, port) = sock.recvfrom(READ_BYTES)
        time.sleep(READ_S)
        head, _, rest = data.partition(b"#")
        if head == b"normal_msg":
            members[host] = time.monotonic()
            text = rest.decode("utf-8", "strict")
            tell(type="text", host=host, port=port, text=text, bytes=len(data))
        elif data == b"ctl_msg#update":
            if host not in members:
                tell(type="joined", host=host, port=port)
            members[host] = time.monotonic()
        elif data == b"ctl_msg#QUIT":
            members.pop(host, None)
            tell(type="quit", host=host, port=port)
        else:
            tell(type="unknown", host=host, hex=data.hex())


def read_files(sock):
    global file_datagrams
    files = {}
    while True:
        data, source = sock.recvfrom(READ_BYTES)
        file_datagrams += 1
        time.sleep(READ_S)
        if source not in files:
            name = data.decode("utf-8")
            files[source] = (name, open(os.path.join(folder, name), "wb"))
        elif data == b"end":
            name, file = files.pop(source)
            file.close()
            tell(type="file", host=source[0], name=name)
        else:
            files[source][1].write(data)


def update():
    while True:
        sender.sendto(b"ctl_msg#update", (TEXT_GROUP, TEXT_PORT))
        time.sleep(UPDATE_S)
        for host, heard in list(members.items()):
            if time.monotonic() - heard > SILENT_S:
                del members[host]
                tell(type="silent", host=host)


def send_file(path):
    target = (FILE_GROUP, FILE_PORT)
    sender.sendto(os.path.basename(path).encode("utf-8"), target)
    with open(path, "rb") as file:
        while chunk := file.read(READ_BYTES):
            sender.sendto(chunk, target)
            time.sleep(0.0005)
    sender.sendto(b"end", target)
    tell(type="sent", name=os.path.basename(path))


threads = [
    threading.Thread(target=read_texts, args=(listener(TEXT_GROUP, TEXT_PORT),), daemon=True),
    threading.Thread(target=read_files, args=(listener(FILE_GROUP, FILE_PORT),), daemon=True),
    threading.Thread(target=update, daemon=True),
]
for thread in threads:
    thread.start()
tell(type="ready")
for line in sys.stdin:
    command, _, rest = line.rstrip("\n").partition(" ")
    if command == "say":
        sender.sendto(b"normal_msg#" + rest.encode("utf-8"), (TEXT_GROUP, TEXT_PORT))
    elif command == "send":
        send_file(rest)
    elif command == "half":
        # A file whose sender goes away in the middle.
        sender.sendto(os.path.basename(rest).encode("utf-8"), (FILE_GROUP, FILE_PORT))
        with open(rest, "rb") as file:
            sender.sendto(file.read(READ_BYTES), (FILE_GROUP, FILE_PORT))
    elif command == "members":
        tell(type="members", hosts=sorted(members))
    elif command == "count":
        tell(type="count", datagrams=file_datagrams)
    elif command == "quit":
        sender.sendto(b"ctl_msg#QUIT", (TEXT_GROUP, TEXT_PORT))
        break
