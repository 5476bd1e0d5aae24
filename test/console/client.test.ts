import { describe, expect, test } from "vitest";
import { clientOf } from "../../src/console/client.ts";

const request = (headers: Record<string, string> = {}, url = "http://ops.test/api/ops") =>
  new Request(url, { headers });

describe("clientOf", () => {
  test.each([
    { why: "as it is", address: "192.0.2.1", is: "192.0.2.1" },
    { why: "by its network", address: "2001:db8:1:2:3:4:5:6", is: "2001:db8:1:2::/64" },
    { why: "by its network, written short", address: "2001:DB8::6", is: "2001:db8:0:0::/64" },
    { why: "by its network, which begins with zeros", address: "::2:3:4:5", is: "0:0:0:0::/64" },
    { why: "that is an IPv4 one inside", address: "::ffff:192.0.2.1", is: "192.0.2.1" },
    { why: "of this machine", address: "::1", is: "::1" },
  ])("takes an address $why", ({ address, is }) => {
    expect(clientOf(request(), { address }, {}).address).toBe(is);
  });

  test.each([
    { why: "nobody stands in front", trustedProxies: 0, heard: "198.51.100.1", is: "192.0.2.1" },
    { why: "one does", trustedProxies: 1, heard: "198.51.100.1, 198.51.100.2", is: "198.51.100.2" },
    { why: "two do", trustedProxies: 2, heard: "10.9.9.9, 198.51.100.1, 198.51.100.2", is: "198.51.100.1" },
    {
      why: "more do than told whom they heard",
      trustedProxies: 3,
      heard: "198.51.100.1",
      is: "198.51.100.1",
    },
    { why: "one does that tells nothing", trustedProxies: 1, heard: "", is: "192.0.2.1" },
  ])("believes X-Forwarded-For where $why", ({ trustedProxies, heard, is }) => {
    const asked = request(heard === "" ? {} : { "x-forwarded-for": heard });
    expect(clientOf(asked, { address: "192.0.2.1" }, { trustedProxies }).address).toBe(is);
  });
});
