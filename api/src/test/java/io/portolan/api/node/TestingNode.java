package io.portolan.api.node;

import io.portolan.api.application.Network;
import io.portolan.api.configuration.Configuration;
import io.portolan.core.database.DatabaseSettings;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.isp.IspEntry;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.simulation.SimulatedDns;
import io.portolan.sender.simulation.SimulatedIsps;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedMailboxes;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.smtp.TlsTrust;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole node over a real database and a simulated network of its own with the domains {@code
 * healthy.test} and {@code choosy.test}, whose mailboxes that begin with "nobody" do not exist, and
 * those of the test's ISPs, which are as choosy.
 */
public final class TestingNode implements AutoCloseable {
  private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);
  private static final SimulatedIsps.Profile CHOOSY =
      new SimulatedIsps.Profile.Choosy("nobody", "full", "over");

  private final SimulatedNetwork network;
  private final int intakePort;
  private final SimulatedIsps.Isp healthy;
  private final SimulatedIsps.Isp choosy;
  private final Node node;

  /**
   * @param uploads a directory for uploads
   */
  public TestingNode(TestDatabase database, Path uploads) throws IOException {
    this(database, uploads, Setup.USUAL);
  }

  /** At a time of the test's; for tests that send nothing. */
  public TestingNode(TestDatabase database, Path uploads, InstantSource clock) throws IOException {
    this(database, uploads, new Setup(0, clock, List.of(), Map.of(), Optional.empty()));
  }

  /**
   * @param port of the API; 0 for any
   */
  TestingNode(TestDatabase database, Path uploads, int port) throws IOException {
    this(
        database,
        uploads,
        new Setup(port, InstantSource.system(), List.of(), Map.of(), Optional.empty()));
  }

  /** With ISPs of the test's among those that it knows. */
  public TestingNode(TestDatabase database, Path uploads, List<IspEntry> isps) throws IOException {
    this(database, uploads, isps, Map.of());
  }

  /**
   * With settings of the test's.
   *
   * @param settings as variables of the environment
   */
  public TestingNode(TestDatabase database, Path uploads, Map<String, String> settings)
      throws IOException {
    this(database, uploads, List.of(), settings);
  }

  /** With ISPs and settings of the test's. */
  public TestingNode(
      TestDatabase database, Path uploads, List<IspEntry> isps, Map<String, String> settings)
      throws IOException {
    this(database, uploads, new Setup(0, InstantSource.system(), isps, settings, Optional.empty()));
  }

  /** With ISPs of the test's and a configuration file; see the next. */
  public TestingNode(TestDatabase database, Path uploads, List<IspEntry> isps, Path configuration)
      throws IOException {
    this(database, uploads, isps, Map.of(), configuration);
  }

  /**
   * With ISPs of the test's and a configuration file. The network has the relay {@code relay.test},
   * which knows the user "user" by the password "right".
   *
   * @param settings as variables of the environment, which go before the file
   */
  public TestingNode(
      TestDatabase database,
      Path uploads,
      List<IspEntry> isps,
      Map<String, String> settings,
      Path configuration)
      throws IOException {
    this(
        database,
        uploads,
        new Setup(0, InstantSource.system(), isps, settings, Optional.of(configuration)));
  }

  /**
   * What is other than usual.
   *
   * @param port of the API; 0 for any
   * @param isps that are known beside those of the directory
   * @param settings as variables of the environment
   * @param file of the configuration
   */
  private record Setup(
      int port,
      InstantSource clock,
      List<IspEntry> isps,
      Map<String, String> settings,
      Optional<Path> file) {
    static final Setup USUAL =
        new Setup(0, InstantSource.system(), List.of(), Map.of(), Optional.empty());
  }

  private TestingNode(TestDatabase database, Path uploads, Setup setup) throws IOException {
    network = new SimulatedNetwork(InstantSource.system());
    SimulatedIsps isps = new SimulatedIsps(network);
    healthy = isps.isp("healthy.test", new SimulatedIsps.Profile.Healthy());
    choosy = isps.isp("choosy.test", CHOOSY);
    for (String domain :
        setup.isps().stream().map(IspEntry::domains).flatMap(List::stream).distinct().toList()) {
      if (!domain.equals("healthy.test") && !domain.equals("choosy.test")) {
        isps.isp(domain, CHOOSY);
      }
    }
    if (setup.file().isPresent()) {
      isps.relay("relay.test", Map.of("user", "right"));
    }
    DatabaseSettings settings = database.settings();
    Map<String, String> environment = new HashMap<>();
    environment.put("PORTOLAN_DATABASE_URL", settings.jdbcUrl());
    environment.put("PORTOLAN_DATABASE_USERNAME", settings.username());
    environment.put("PORTOLAN_HTTP_PORT", Integer.toString(setup.port()));
    environment.put("PORTOLAN_HTTP_UPLOAD_DIRECTORY", uploads.toString());
    environment.put("PORTOLAN_HTTP_MAX_UPLOAD", "1");
    environment.put("PORTOLAN_MAIL_HELO_NAME", "sender.test");
    intakePort = freePort();
    environment.put("PORTOLAN_INTAKE_ADDRESS", "127.0.0.1");
    environment.put("PORTOLAN_INTAKE_PORT", Integer.toString(intakePort));
    environment.put("PORTOLAN_PROBES_CONTROLS", controls().toString());
    environment.putAll(setup.settings());
    node =
        Node.start(
            setup
                .file()
                .map(file -> Configuration.read(file, environment))
                .orElseGet(() -> Configuration.defaults(environment)),
            new Network(
                domain ->
                    new MxAnswer.Hosts(List.of(new MxHost(10, "mx1." + domain)), TIME_TO_LIVE),
                this::addresses,
                network.dns()::records,
                network::dial,
                TlsTrust.ofPlatformAnd(List.of(network.certificates().authority()))),
            setup.isps(),
            Map.of(),
            setup.clock());
  }

  public URI url() {
    return node.url();
  }

  /** The first key, with the role admin. */
  public String key() {
    return node.firstKey().orElseThrow();
  }

  public List<String> routes() {
    return node.routes();
  }

  /** Where bounces are taken by SMTP. */
  public int intakePort() {
    return intakePort;
  }

  /** The mail hosts of {@code healthy.test}. */
  public List<SimulatedMailServer> healthy() {
    return healthy.servers();
  }

  /** The mail hosts of {@code choosy.test}. */
  public List<SimulatedMailServer> choosy() {
    return choosy.servers();
  }

  public SimulatedMailboxes mailboxes() {
    return network.mailboxes();
  }

  @Override
  public void close() throws IOException {
    try {
      node.close();
    } finally {
      network.close();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Path controls() throws IOException {
    Path file = Files.createTempFile("controls", ".csv");
    file.toFile().deleteOnExit();
    return Files.writeString(
        file,
        """
        operator,host,port,tls
        Healthy,mx1.healthy.test,25,starttls
        Choosy,mx1.choosy.test,25,starttls
        Web,mx1.healthy.test,25,none
        """);
  }

  private HostAnswer addresses(String host) {
    return network.dns().addresses(host)
            instanceof SimulatedDns.Answer.Found<InetAddress>(List<InetAddress> addresses)
        ? new HostAnswer.Addresses(addresses, TIME_TO_LIVE)
        : new HostAnswer.NoSuchHost(TIME_TO_LIVE);
  }
}
