/* SPDX-License-Identifier: GPL-2.0-only */
/* What the XDP program and the daemon share: the layout of every map. A change of layout needs no
 * version number: each start builds new maps, and adopts an old one only when its sizes agree. */
#ifndef XDPFWD_ABI_H
#define XDPFWD_ABI_H

#include <linux/types.h>

/* Interfaces that one datapath can filter at the same time. */
#define XDPFWD_MAX_INTERFACES 64
/* Room for a kernel interface name, as IFNAMSIZ in linux/if.h. */
#define XDPFWD_NAME_SIZE 16

/* In order of strength: where several entries cover an address, the largest value wins. */
enum xdpfwd_action {
	XDPFWD_MONITOR = 1,
	XDPFWD_DROP = 2,
	XDPFWD_ALLOW = 3,
};

enum xdpfwd_family {
	XDPFWD_OTHER,
	XDPFWD_IPV4,
	XDPFWD_IPV6,
	XDPFWD_FAMILIES,
};

/* Why a packet met its verdict; each packet is counted under exactly one. */
enum xdpfwd_reason {
	XDPFWD_PASSED,    /* no entry covers the source */
	XDPFWD_ALLOWED,   /* passes because of an allow entry */
	XDPFWD_MONITORED, /* passes, though a monitor entry covers it */
	XDPFWD_DROPPED,
	XDPFWD_MALFORMED, /* header cut short or of the wrong version: passes, the stack drops it */
	XDPFWD_NOT_IP,    /* ARP, LLDP, ...: passes */
	XDPFWD_REASONS,
};

/* Bytes are those of the whole frame, Ethernet header included, frame check sequence not. */
struct xdpfwd_count {
	__u64 packets;
	__u64 bytes;
};

/* The key of map "statistics", whose value is a struct xdpfwd_count for each CPU. */
struct xdpfwd_statistics_key {
	__u32 interface; /* its index */
	__u16 family;    /* enum xdpfwd_family */
	__u16 reason;    /* enum xdpfwd_reason */
};

/* The value of map "interfaces", keyed by interface index: whose statistics those are. Only the
 * daemon reads and writes it; it outlives the daemon, which the index alone would not. */
struct xdpfwd_interface {
	char name[XDPFWD_NAME_SIZE];
};

/* Keys of the tables: the layout of struct bpf_lpm_trie_key, address in network order. */
struct xdpfwd_ipv4_key {
	__u32 length;
	__u8 address[4];
};

struct xdpfwd_ipv6_key {
	__u32 length;
	__u8 address[16];
};

/* What the tables tell of an address. */
struct xdpfwd_entry {
	__u32 id;     /* index into map "counters" */
	__u8 action;  /* enum xdpfwd_action */
	__u8 length;  /* of the prefix, in bits */
	__u8 unused[2];
};

#endif
