package io.portolan.sender.listener;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * How many connections there are, of all peers and of each, and how many mails a peer brought
 * lately. Peers that are gone and quiet are forgotten. Thread-safe; never blocks.
 */
final class PeerLimits {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int IPV6_NETWORK_BYTES = 8;

  private final ListenerSettings settings;
  private final Map<String, Peer> peers = new HashMap<>();
  private int connections;
  private long sweptAt;

  PeerLimits(ListenerSettings settings, long nowNanos) {
    this.settings = settings;
    sweptAt = nowNanos;
  }

  private static final class Peer {
    private int connections;
    private long minuteFrom;
    private int mails;
  }

  /** Whether one more connection may be opened; it counts from then on. */
  synchronized boolean open(InetAddress address, long nowNanos) {
    sweep(nowNanos);
    if (connections >= settings.connections()) {
      return false;
    }
    Peer peer = peers.computeIfAbsent(key(address), _ -> new Peer());
    if (peer.connections >= settings.connectionsPerPeer()) {
      return false;
    }
    peer.connections++;
    connections++;
    return true;
  }

  synchronized void closed(InetAddress address) {
    connections--;
    Peer peer = peers.get(key(address));
    if (peer != null) {
      peer.connections--;
    }
  }

  /** Whether a peer may bring one more mail in this minute; it counts from then on. */
  synchronized boolean mail(InetAddress address, long nowNanos) {
    Peer peer = peers.computeIfAbsent(key(address), _ -> new Peer());
    if (peer.mails == 0 || nowNanos - peer.minuteFrom >= MINUTE) {
      peer.minuteFrom = nowNanos;
      peer.mails = 0;
    }
    if (peer.mails >= settings.mailsPerMinute()) {
      return false;
    }
    peer.mails++;
    return true;
  }

  synchronized int connections() {
    return connections;
  }

  private void sweep(long nowNanos) {
    if (nowNanos - sweptAt >= MINUTE) {
      sweptAt = nowNanos;
      peers
          .values()
          .removeIf(peer -> peer.connections == 0 && nowNanos - peer.minuteFrom >= MINUTE);
    }
  }

  /** A host has a whole network of IPv6 to itself, so that its addresses are one peer. */
  private static String key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(
            address instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
  }
}
