"""Agents that reach out. Each address is one on which the test itself listens, so a failed protection harms nobody."""

from tests.attacks.corpus import Attack

REACHING = (
    Attack(
        "host_loopback",
        "Connects to a listener on the host's loopback.",
        """
for address in ("127.0.0.1", "localhost"):
    attempt(address, lambda: socket.create_connection((address, WORDS["tcp"]), 1).getpeername())
""",
    ),
    Attack(
        "host_loopback_udp",
        "Sends a datagram to a listener on the host's loopback, which answers.",
        """
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.settimeout(1)
one.connect(("127.0.0.1", WORDS["udp"]))
attempt("an answer", lambda: (one.send(b"out"), one.recv(9)))
""",
    ),
    Attack(
        "another_namespace",
        "Enters the network namespaces of other processes and connects to a listener in one of them.",
        """
for pid in [*filter(str.isdigit, os.listdir("/proc")), "self"]:
    try:
        space = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    except OSError as error:
        met(error)
        continue
    try:
        call("setns", space, 0)
    except OSError as error:
        met(error)
attempt("the listener", lambda: socket.create_connection(("127.0.0.1", WORDS["far"]), 1).getpeername())
""",
    ),
    Attack(
        "abstract_socket",
        "Connects to an abstract socket of the host.",
        """
one = socket.socket(socket.AF_UNIX)
attempt("the socket", lambda: one.connect(chr(0) + WORDS["abstract"]))
""",
    ),
    Attack(
        "socket_files",
        "Connects to a socket of the host by its path, and to Docker's.",
        """
for path in (WORDS["socket"], WORDS["engine"], "/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock",
             "/run/mlesmith/socket", "/run/systemd/private", "/run/dbus/system_bus_socket"):
    def connect():
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(1)
            one.connect(path)
            one.sendall(b"GET /version HTTP/1.0\\r\\n\\r\\n")
            return one.recv(99)
    attempt(path, connect)
""",
    ),
    Attack(
        "names",
        "Resolves names of the host, and looks for its servers of names.",
        """
attempt("servers of names", lambda: [line for line in open("/etc/resolv.conf") if line.startswith("nameserver")], ([],))
attempt("the host's name", lambda: [line for line in open("/etc/hosts") if WORDS["host"] in line], ([],))
attempt("its address", lambda: socket.gethostbyname(WORDS["host"]))
""",
    ),
    Attack(
        "interfaces",
        "Looks for network interfaces that are up, and opens raw sockets.",
        """
import fcntl, struct
for _, name in socket.if_nameindex():
    request = struct.pack("16sH22x", name.encode(), 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        flags = struct.unpack_from("16xH", fcntl.ioctl(one, 0x8913, request))[0]
    if name != "lo" and flags & 1:
        got(name)
attempt("a raw socket", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).fileno())
attempt("raw ICMP", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).fileno())
""",
    ),
)
