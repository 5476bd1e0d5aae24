// Tells the addresses of the public internet from those that only mean something inside: this machine, its
// networks, and every special range. It judges addresses, never names; a name is judged by all it resolves to.

import ipaddr from "ipaddr.js";
import { isIP } from "node:net";

const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];

/**
 * Whether nobody outside would mean this address: loopback, private, link-local, CGNAT, multicast, reserved…
 * IPv6 that carries an IPv4 address (mapped, NAT64, 6to4) is judged by the address it carries.
 * What is not an address in its usual spelling counts as internal.
 */
export function isInternalAddress(address: string): boolean {
  return isIP(address) === 0 || isInternal(ipaddr.parse(address));
}

function isInternal(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const range = address.range();
  if (address instanceof ipaddr.IPv4) return range !== "unicast";
  const bytes = address.toByteArray();
  if (range === "ipv4Mapped") return isInternal(new ipaddr.IPv4(bytes.slice(12)));
  if (range === "6to4") return isInternal(new ipaddr.IPv4(bytes.slice(2, 6)));
  // 64:ff9b::/96 is every network's NAT64; 64:ff9b:1::/48 is one network's own, so internal by definition.
  if (range === "rfc6052") return bytes[5] !== 0 || isInternal(new ipaddr.IPv4(bytes.slice(12)));
  // ipaddr.js calls "unicast" whatever it has no name for, also ::127.0.0.1, hence the second condition.
  return range !== "unicast" || !address.match(GLOBAL_UNICAST);
}
