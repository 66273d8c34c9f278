package io.portolan.sender.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes ISPs and relays of a simulated network that behave like real ones: their MX hosts, their
 * DNS records and their place in the statistics, where each ISP is a platform named by its domain.
 */
public final class SimulatedIsps {
  private final SimulatedNetwork network;

  public SimulatedIsps(SimulatedNetwork network) {
    this.network = network;
  }

  /** How an ISP treats mail. Every one offers STARTTLS and PIPELINING on port 25. */
  public sealed interface Profile {

    /** Takes everything for its domain. */
    record Healthy() implements Profile {}

    /**
     * Ends connections with 421.
     *
     * @param messages how many a connection may bring before
     * @param connections how many a client may have open to one host
     */
    record Throttling(int messages, int connections) implements Profile {}

    /**
     * Defers a pair of sender and recipient until the interval has passed since the first attempt.
     */
    record Greylisting(Duration interval) implements Profile {}

    /**
     * Refuses some recipients by how their local part begins.
     *
     * @param unknown 550 5.1.1
     * @param full 452 4.2.2
     * @param overQuota 552 5.2.2
     */
    record Choosy(String unknown, String full, String overQuota) implements Profile {}

    /** Refuses the client by reputation, at the banner or at MAIL. */
    record Blocking(ServerPhase phase) implements Profile {}

    /** Lets the client wait before the banner and after the dot. */
    record Slow(Duration banner, Duration dot) implements Profile {}

    /** Would take everything, but lies behind a network that drops port 25. */
    record Unreachable() implements Profile {}
  }

  /** An ISP of the simulated network. */
  public record Isp(String domain, Profile profile, List<SimulatedMailServer> servers) {
    public Isp {
      servers = List.copyOf(servers);
    }
  }

  /**
   * Makes an ISP with the MX hosts {@code mx1} and {@code mx2} under its domain, the first
   * preferred.
   */
  public Isp isp(String domain, Profile profile) throws IOException {
    Behaviour[] behaviours = behaviours(profile);
    List<SimulatedMailServer> servers = new ArrayList<>();
    for (int number = 1; number <= 2; number++) {
      String host = "mx" + number + '.' + domain;
      servers.add(
          network
              .server(host)
              .platform(domain)
              .domains(domain)
              .listen(25, SimulatedMailServer.Security.STARTTLS)
              .behaving(behaviours) // the same objects: both hosts know one greylist
              .start());
      network.dns().addMx(domain, 10 * number, host);
      if (profile instanceof Profile.Unreachable) {
        network.block(host, 25, SimulatedNetwork.Block.DROP);
      }
    }
    return new Isp(domain, profile, servers);
  }

  /**
   * Makes a relay that takes mail for every domain from those who log in, over STARTTLS on 587 and
   * 2525 and over implicit TLS on 465. It answers for itself: what the recipients' ISPs would have
   * refused it accepts.
   */
  public SimulatedMailServer relay(String host, Map<String, String> passwordsByName)
      throws IOException {
    return network
        .server(host)
        .listen(587, SimulatedMailServer.Security.STARTTLS)
        .listen(465, SimulatedMailServer.Security.IMPLICIT_TLS)
        .listen(2525, SimulatedMailServer.Security.STARTTLS)
        .accounts(passwordsByName)
        .behaving(new Behaviour.TlsRequired(), new Behaviour.AuthRequired())
        .start();
  }

  private Behaviour[] behaviours(Profile profile) {
    return switch (profile) {
      case Profile.Healthy(), Profile.Unreachable() -> new Behaviour[0];
      case Profile.Throttling(int messages, int connections) ->
          new Behaviour[] {
            new Behaviour.ConnectionsPerClient(connections),
            new Behaviour.MessagesPerConnection(messages)
          };
      case Profile.Greylisting(Duration interval) ->
          new Behaviour[] {new Behaviour.Greylisting(interval, network.clock())};
      case Profile.Choosy(String unknown, String full, String overQuota) ->
          new Behaviour[] {
            Behaviour.unknownUsers(unknown),
            Behaviour.fullMailboxes(full),
            Behaviour.mailboxesOverQuota(overQuota)
          };
      case Profile.Blocking(ServerPhase phase) ->
          new Behaviour[] {Behaviour.blockedByReputation(phase)};
      case Profile.Slow(Duration banner, Duration dot) ->
          new Behaviour[] {new Behaviour.Slow(banner, Duration.ZERO, dot)};
    };
  }
}
