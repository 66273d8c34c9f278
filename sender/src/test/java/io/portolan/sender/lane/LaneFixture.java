package io.portolan.sender.lane;

import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.database.Database;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.core.json.Json;
import io.portolan.core.pace.PaceStore;
import io.portolan.core.path.HealthKey;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PauseRule;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.recorder.ResultRecorder;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.relay.Secrets;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.suppression.MailOrigin;
import io.portolan.core.suppression.SuppressionCheck;
import io.portolan.sender.dkim.DkimKeys;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.dns.MailHostFinder;
import io.portolan.sender.message.MessageComposer;
import io.portolan.sender.message.MessageRoom;
import io.portolan.sender.message.MessageSettings;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.pace.Paces;
import io.portolan.sender.pace.TestCaps;
import io.portolan.sender.path.HealthSettings;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.simulation.SimulatedDns;
import io.portolan.sender.simulation.SimulatedIsps;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.smtp.Dialer;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.SocketDialer;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lanes over real sockets, a simulated network and a real database. */
abstract class LaneFixture {
  static final String DOMAIN = "isp.test";
  static final String MX = "mx1." + DOMAIN;
  static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  static final Path RELAY_587 = new Path("relay", 587, TlsMode.STARTTLS);
  static final Path RELAY_465 = new Path("relay", 465, TlsMode.IMPLICIT);
  static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration SOON = Duration.ofSeconds(5);
  static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  final Set<Long> closedCampaigns = ConcurrentHashMap.newKeySet();
  final Set<String> heldIsps = ConcurrentHashMap.newKeySet();
  SimulatedNetwork network;

  /** Addresses that every host has besides its own, and nobody answers at. */
  final List<InetAddress> deadAddresses = new ArrayList<>();

  SimulatedIsps.Isp isp;
  SimulatedMailServer relay;
  DeadlineWatch watch;
  ResultRecorder recorder;
  ConnectionSlots slots;
  Paces paces;
  LaneSender sender;
  SuppressionCheck suppressions;
  List<Path> paths = List.of(DIRECT);
  Optional<List<PolicyPath>> policyPaths = Optional.empty();
  List<PauseRule> pauses = List.of();
  volatile Limits limits = new Limits(3, 20, 0);
  String password = "right";
  int sessions = 50;
  MessageRoom room = MessageRoom.ofHeap(1_000);
  InDoubt inDoubt = InDoubt.RESEND;
  Optional<MxAnswer> mxAnswer = Optional.empty();
  volatile Duration ahead = Duration.ZERO;

  /** Nanoseconds that the sessions' clock is ahead. */
  final AtomicLong passed = new AtomicLong();

  volatile Runnable beforeEachMessage = () -> {};
  volatile Runnable beforeEachRule = () -> {};
  Limits limitsOfIsps = new Limits(3, 20, 0);
  Timeouts timeouts = new Timeouts(SECOND, SOON, SOON, SOON, SOON, SOON);
  String ispOfRecipients = "isp";
  PathHealth health;

  /** Why deliveries were held, in the order in which that was recorded. */
  final List<String> held = new CopyOnWriteArrayList<>();

  /** The local addresses of the sessions that asked for one, as the kernel says. */
  final List<String> comesFrom = new CopyOnWriteArrayList<>();

  InstantSource clock;

  /** Plays good looks at every path that mail has left and asks for, until it takes them again. */
  void reopenPaths() {
    for (int looks = 0; looks < 2; looks++) {
      ahead = ahead.plus(SECOND);
      for (HealthKey key : health.dueLooks()) {
        if (!health.beginLook(key, health.lookLimit()).isEmpty()) {
          health.goodLook(key);
        }
      }
    }
  }

  @BeforeEach
  void start() throws Exception {
    clock = () -> InstantSource.system().instant().plus(ahead);
    network = new SimulatedNetwork(clock);
    SimulatedIsps isps = new SimulatedIsps(network);
    isp = isps.isp(DOMAIN, new SimulatedIsps.Profile.Choosy("nobody", "full", "over"));
    relay = isps.relay(relayHost(), Map.of("user", "right"));
    watch = new DeadlineWatch(() -> System.nanoTime() + passed.get());
    slots = new ConnectionSlots(database.database());
    suppressions = new SuppressionCheck(database.database(), clock);
    recorder =
        new ResultRecorder(
            database.database(),
            (applied, _) -> applied.forEach(this::note),
            clock,
            ResultRecorder.Settings.DEFAULT);
    health =
        new PathHealth(
            new HealthSettings(
                Duration.ofMinutes(5),
                Duration.ofHours(1),
                SECOND,
                Duration.ZERO,
                SECOND,
                Duration.ofMinutes(5),
                Duration.ofMinutes(5)),
            clock,
            "test");
    paces = new Paces(new PaceStore(database.database(), "test"), this::rule, clock);
    sender = node("test", slots, paces);
  }

  /** A sender over the same network and database. */
  LaneSender node(String name, ConnectionSlots ownSlots, Paces ownPaces) {
    return new LaneSender(
        new LaneSender.Outbound(
            new PathChoice(health, this::relay, TestCaps.of(databaseOfCaps(), clock, name), clock),
            new MailHostFinder(this::mailHosts, this::addresses, new Random(1), clock),
            new Secrets(Map.of("PASSWORD", password)),
            new SessionOpener(
                dialer(),
                TlsTrust.ofPlatformAnd(List.of(network.certificates().authority())),
                watch)),
        new LaneSender.Rules(
            this::rule,
            platform -> List.of(platform, ispOfRecipients),
            ReplyClassifier.builtIn(),
            new CampaignGate() {
              @Override
              public boolean isOpen(long campaign) {
                beforeEachMessage.run();
                return !closedCampaigns.contains(campaign);
              }

              @Override
              public boolean isHeld(long campaign, String ofIsp) {
                return heldIsps.contains(ofIsp);
              }
            }),
        new MessageComposer(
            new MessageSettings(
                URI.create("https://sender.test"),
                new Domain("bounce.sender.test"),
                Optional.empty(),
                "sender",
                Optional.empty()),
            new Tokens(new byte[Tokens.KEY_LENGTH]),
            DkimKeys.NONE,
            clock,
            room),
        new LaneSender.Shared(recorder, ownSlots, ownPaces, suppressions),
        new LaneSettings("sender.test", sessions, 4, Duration.ofMillis(50), 5, name),
        clock);
  }

  /** Where caps and warm-ups are counted. */
  Database databaseOfCaps() {
    return database.database();
  }

  /** The host of the relay, which says whose service it is. */
  String relayHost() {
    return "relay.test";
  }

  private Optional<Relay> relay(String name) {
    return Optional.of(
            new Relay(
                "relay",
                relayHost(),
                "user",
                "env:PASSWORD",
                List.of(
                    new RelayPort(587, TlsMode.STARTTLS), new RelayPort(465, TlsMode.IMPLICIT))))
        .filter(relay -> relay.name().equals(name));
  }

  /** Dials in the network. */
  Socket dial(String address, int port, Duration timeout) throws IOException {
    return network.dial(address, port, timeout);
  }

  /** The network, with every loopback address as a source. */
  private Dialer dialer() {
    return new Dialer() {
      @Override
      public Socket dial(String address, int port, Duration timeout) throws IOException {
        return LaneFixture.this.dial(address, port, timeout);
      }

      @Override
      public Socket dialFrom(String source, String address, int port, Duration timeout)
          throws IOException {
        if (source.isEmpty()) {
          return dial(address, port, timeout);
        }
        InetAddress local = InetAddress.ofLiteral(source);
        if (!local.isLoopbackAddress()) {
          // what the kernel says of an address that it lacks
          return new SocketDialer().dialFrom(source, address, port, timeout);
        }
        Socket socket = network.dial(Optional.of(local), address, port, timeout);
        comesFrom.add(socket.getLocalAddress().getHostAddress());
        return socket;
      }
    };
  }

  private void note(RecordedResult result) {
    if (result.outcome() instanceof DeliveryOutcome.Held(String reason, var _)) {
      held.add(reason);
    }
  }

  EffectiveRule rule(String ispId, String platform) {
    beforeEachRule.run();
    return new EffectiveRule(
        7,
        "isp",
        policyPaths.orElseGet(() -> paths.stream().map(PolicyPath::of).toList()),
        pauses,
        ispId.equals(platform) ? limits : limitsOfIsps,
        timeouts,
        new RetrySchedule(List.of(Duration.ofMinutes(10)), Duration.ofDays(1)));
  }

  @AfterEach
  void stop() throws Exception {
    sender.close();
    slots.close();
    recorder.close();
    watch.close();
    network.close();
  }

  /** The one mail host that the DNS of these tests names. */
  SimulatedMailServer server() {
    return isp.servers().stream().filter(each -> each.host().equals(MX)).findFirst().orElseThrow();
  }

  List<String> states() {
    return database.texts("SELECT state || ' ' || attempts FROM delivery ORDER BY id");
  }

  /** Sends a batch on another thread. */
  Future<?> sending(ExecutorService threads, ClaimedBatch batch) {
    return threads.submit(
        () -> {
          sender.send(batch);
          return null;
        });
  }

  static String[] names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "r" + i).toArray(String[]::new);
  }

  MxAnswer mailHosts(Domain domain) {
    return mxAnswer.orElseGet(
        () -> new MxAnswer.Hosts(List.of(new MxHost(10, "mx1." + domain)), TIME_TO_LIVE));
  }

  HostAnswer addresses(String host) {
    List<InetAddress> addresses = new ArrayList<>(deadAddresses);
    if (network.dns().addresses(host)
        instanceof SimulatedDns.Answer.Found<InetAddress>(List<InetAddress> found)) {
      addresses.addAll(found);
    }
    return new HostAnswer.Addresses(addresses, TIME_TO_LIVE);
  }

  /** A claimed batch of one delivery for each local part. */
  ClaimedBatch batch(String... localParts) {
    database.execute("INSERT INTO mailing_list (name) VALUES ('l')");
    CampaignContent content =
        new CampaignContent(
            "", "news@sender.test", "", "Hello", "", "Good day.", MissingField.EMPTY);
    database.execute(
        """
        INSERT INTO campaign (name, state, list_id, content, launched_at, in_doubt)
        SELECT 'c', 'running', id, ?::jsonb, now(), ? FROM mailing_list
        """,
        Json.write(content),
        inDoubt.id());
    database.execute(
        """
        INSERT INTO batch (campaign_id, platform, state, epoch, due_at, size, kind)
        SELECT id, 'isp', 'claimed', 1, now(), ?, 'first' FROM campaign
        """,
        localParts.length);
    List<ClaimedDelivery> deliveries = new ArrayList<>();
    for (String localPart : localParts) {
      String address = localPart + "@" + DOMAIN;
      database.execute(
          "INSERT INTO recipient (list_id, address, address_key, domain) SELECT id, ?, ?, ? FROM"
              + " mailing_list",
          address,
          address,
          DOMAIN);
      long id =
          database.number(
              """
              INSERT INTO delivery (campaign_id, recipient_id, batch_id, address, domain, isp, platform)
              SELECT c.id, r.id, b.id, r.address, r.domain, 'isp', 'isp'
                FROM campaign c, batch b, recipient r WHERE r.address = ?
              RETURNING id
              """,
              address);
      deliveries.add(
          new ClaimedDelivery(
              id,
              0,
              address,
              DOMAIN,
              ispOfRecipients,
              0,
              Map.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
    }
    return new ClaimedBatch(
        database.number("SELECT id FROM batch"),
        database.number("SELECT id FROM campaign"),
        "isp",
        1,
        content,
        inDoubt,
        MailOrigin.UNKNOWN,
        deliveries);
  }
}
