package io.portolan.sender.listener;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Where the listener listens and what it takes.
 *
 * @param name in the greeting
 * @param mostBytes of one mail
 * @param connections at once, of all peers
 * @param connectionsPerPeer at once, of one IPv4 address or one IPv6 network of 64 bits
 * @param mailsPerMinute of one peer
 * @param recipients of one mail
 * @param timeout for one command of the peer; twice it for the data of a mail, thirty times it for
 *     a session
 */
public record ListenerSettings(
    InetSocketAddress address,
    String name,
    int mostBytes,
    int connections,
    int connectionsPerPeer,
    int mailsPerMinute,
    int recipients,
    Duration timeout) {
  private static final int DATA_TIMEOUTS = 2;
  private static final int SESSION_TIMEOUTS = 30;

  Duration dataTimeout() {
    return timeout.multipliedBy(DATA_TIMEOUTS);
  }

  Duration sessionTimeout() {
    return timeout.multipliedBy(SESSION_TIMEOUTS);
  }
}
