package io.portolan.api.demo;

import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspEntry;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedIsps.Profile;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The ISPs of the demo, each with its own domain under {@code .test}.
 *
 * <p>The limits are what {@code policy.yaml} promises, so that they can be held against what the
 * servers saw.
 */
enum DemoIsp {
  HARBOUR("plain and healthy", new Profile.Healthy(), 6, 50),
  TOLLGATE("421 after 10 messages a connection", new Profile.Throttling(10, 20), 3, 40),
  PATIENCE("greylists for 4 s", new Profile.Greylisting(Duration.ofSeconds(4)), 4, 50),
  ROOMS(
      "refuses unknown users and full mailboxes",
      new Profile.Choosy(DemoIsp.UNKNOWN, "full.", "quota."),
      4,
      50),
  FORTRESS("blocks our address by reputation", new Profile.Blocking(ServerPhase.MAIL), 2, 50),
  SLOWBOAT(
      "slow: 3 s to the banner, 0.5 s after the dot",
      new Profile.Slow(Duration.ofSeconds(3), Duration.ofMillis(500)),
      6,
      50),
  ISLAND("behind a network that drops port 25", new Profile.Unreachable(), 4, 50),
  LAGOON("through the relay alone", new Profile.Healthy(), 2, 3);

  /** How the local parts begin of which {@link #ROOMS} says that there is no such user. */
  static final String UNKNOWN = "gone.";

  private final String nature;

  @SuppressWarnings("ImmutableEnumChecker") // a profile is a record of immutable parts
  private final Profile profile;

  private final int connections;
  private final int messagesPerConnection;

  DemoIsp(String nature, Profile profile, int connections, int messagesPerConnection) {
    this.nature = nature;
    this.profile = profile;
    this.connections = connections;
    this.messagesPerConnection = messagesPerConnection;
  }

  /** The ISP's id, in the directory and in the policy. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  String domain() {
    return id() + ".test";
  }

  /** How it treats mail, in words. */
  String nature() {
    return nature;
  }

  Profile profile() {
    return profile;
  }

  int connections() {
    return connections;
  }

  int messagesPerConnection() {
    return messagesPerConnection;
  }

  /** Whether some of its mail goes through the relay. */
  boolean usesRelay() {
    return this == ISLAND || this == LAGOON;
  }

  /** Its row of the ISP directory. */
  IspEntry entry() {
    String name = name().charAt(0) + id().substring(1);
    return new IspEntry(
        new Isp(id(), name, Isp.Kind.MAILBOX, id()),
        List.of(domain()),
        List.of(domain()),
        "the demo");
  }
}
