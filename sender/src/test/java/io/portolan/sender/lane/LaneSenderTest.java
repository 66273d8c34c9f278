package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.delivery.ResultRecorder;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.relay.Secrets;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.dns.MailHostFinder;
import io.portolan.sender.message.DkimKeys;
import io.portolan.sender.message.MessageComposer;
import io.portolan.sender.message.MessageSettings;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.path.HealthSettings;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedDns;
import io.portolan.sender.simulation.SimulatedIsps;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import io.portolan.sender.smtp.DeadlineWatch;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.TlsTrust;
import java.net.InetAddress;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lanes over real sockets, a simulated network and a real database. */
class LaneSenderTest {
  private static final String DOMAIN = "isp.test";
  private static final String MX = "mx1." + DOMAIN;
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final Path RELAY_587 = new Path("relay", 587, TlsMode.STARTTLS);
  private static final Path RELAY_465 = new Path("relay", 465, TlsMode.IMPLICIT);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final Set<Long> closedCampaigns = ConcurrentHashMap.newKeySet();
  private SimulatedNetwork network;
  private SimulatedIsps.Isp isp;
  private SimulatedMailServer relay;
  private DeadlineWatch watch;
  private ResultRecorder recorder;
  private ConnectionSlots slots;
  private LaneSender sender;
  private List<Path> paths = List.of(DIRECT);
  private Limits limits = new Limits(3, 20, 0);
  private String password = "right";

  @BeforeEach
  void start() throws Exception {
    InstantSource clock = InstantSource.system();
    network = new SimulatedNetwork(clock);
    SimulatedIsps isps = new SimulatedIsps(network);
    isp = isps.isp(DOMAIN, new SimulatedIsps.Profile.Choosy("nobody", "full", "over"));
    relay = isps.relay("relay.test", Map.of("user", "right"));
    watch = new DeadlineWatch();
    slots = new ConnectionSlots(database.database());
    recorder =
        new ResultRecorder(
            database.database(), (_, _) -> {}, clock, ResultRecorder.Settings.DEFAULT);
    Relay definition =
        new Relay(
            "relay",
            "relay.test",
            "user",
            "env:PASSWORD",
            List.of(new RelayPort(587, TlsMode.STARTTLS), new RelayPort(465, TlsMode.IMPLICIT)));
    PathHealth health =
        new PathHealth(
            new HealthSettings(
                Duration.ofMinutes(5),
                Duration.ofHours(1),
                Duration.ZERO,
                SECOND,
                Duration.ofMinutes(5),
                Duration.ofMinutes(5)),
            clock);
    sender =
        new LaneSender(
            new LaneSender.Outbound(
                new PathChoice(
                    health,
                    name -> name.equals("relay") ? Optional.of(definition) : Optional.empty(),
                    clock),
                new MailHostFinder(this::mailHosts, this::addresses, new Random(1), clock),
                new Secrets(Map.of("PASSWORD", password)),
                new SessionOpener(
                    network::dial,
                    TlsTrust.ofPlatformAnd(List.of(network.certificates().authority())),
                    watch)),
            new LaneSender.Rules(
                (_, _) ->
                    new EffectiveRule(
                        7,
                        "isp",
                        paths,
                        limits,
                        new Timeouts(
                            SECOND,
                            SECOND.multipliedBy(5),
                            SECOND.multipliedBy(5),
                            SECOND.multipliedBy(5),
                            SECOND.multipliedBy(5),
                            SECOND.multipliedBy(5)),
                        new RetrySchedule(List.of(Duration.ofMinutes(10)), Duration.ofDays(1))),
                ReplyClassifier.builtIn(),
                campaign -> !closedCampaigns.contains(campaign)),
            new MessageComposer(
                new MessageSettings(
                    URI.create("https://sender.test"),
                    new Domain("bounce.sender.test"),
                    Optional.empty(),
                    "sender",
                    Optional.empty()),
                new Tokens(new byte[Tokens.KEY_LENGTH]),
                DkimKeys.NONE,
                clock),
            new LaneSender.Shared(recorder, slots),
            new LaneSettings("sender.test", 50, 4, Duration.ofMillis(50), 5),
            clock);
  }

  @AfterEach
  void stop() throws Exception {
    sender.close();
    slots.close();
    recorder.close();
    watch.close();
    network.close();
  }

  @Test
  void acceptsBouncesAndDefersByWhatThePeerAnswers() throws Exception {
    sender.send(batch("anna", "nobody1", "full1", "ben"));

    assertThat(states()).containsExactly("accepted 1", "bounced 1", "planned 1", "accepted 1");
    assertThat(database.texts("SELECT value FROM suppression")).containsExactly("nobody1@isp.test");
    assertThat(network.statistics().violations()).isEmpty();
  }

  @Test
  void leavesABlockedPathForTheNextWithoutCountingAnAttempt() throws Exception {
    paths = List.of(DIRECT, RELAY_587);
    network.block(25, Block.DROP);

    sender.send(batch("anna", "ben", "carla"));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.texts("SELECT DISTINCT route || ':' || port FROM attempt"))
        .containsExactly("relay:587");
    assertThat(database.texts("SELECT DISTINCT kind FROM path_failure"))
        .containsExactly("connect-timeout");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
    assertThat(network.mailboxes().duplicates()).isEmpty();
  }

  @Test
  void costsABoundedNumberOfConnectsOnADeadPathWhateverTheSize() throws Exception {
    paths = List.of(RELAY_587, RELAY_465);
    network.block("relay.test", 587, Block.DROP);

    sender.send(batch(names(200)));

    assertThat(states()).containsOnly("accepted 1").hasSize(200);
    assertThat(network.dials("relay.test", 587)).isLessThanOrEqualTo(4);
  }

  @Test
  void holdsDeliveriesWhileNoPathIsOpen() throws Exception {
    network.block(25, Block.REJECT);

    sender.send(batch("anna", "ben"));

    assertThat(states()).containsOnly("planned 0");
    assertThat(database.texts("SELECT DISTINCT category FROM delivery")).containsExactly("held");
    assertThat(database.number("SELECT count(*) FROM attempt")).isZero();
  }

  @Test
  void neverTakesAnotherPathAfterTheDot() throws Exception {
    paths = List.of(DIRECT, RELAY_587);
    server().on(ServerPhase.DOT).keepMessage().close().once();

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 1");
    assertThat(database.texts("SELECT category || ' ' || pinned_route FROM delivery"))
        .containsExactly("no-answer direct");
    assertThat(database.texts("SELECT outcome || ' ' || phase FROM attempt"))
        .containsExactly("unknown DOT");
    assertThat(relay.statistics().messages().total()).isZero();
  }

  @Test
  void goesOnAtOnceWhenAPeerEndsASessionThatItUsed() throws Exception {
    limits = new Limits(1, 100, 0);
    server()
        .on(ServerPhase.MAIL)
        .after(3)
        .answerAndHangUp(421, "4.7.0", "too many messages")
        .once();

    sender.send(batch(names(10)));

    assertThat(states()).hasSize(10).containsOnlyOnce("accepted 2").doesNotContain("planned 1");
    assertThat(network.mailboxes().duplicates()).isEmpty();
  }

  @Test
  void holdsTheRestWhenThePlatformRefusesThisSource() throws Exception {
    limits = new Limits(1, 100, 0);
    server()
        .on(ServerPhase.MAIL)
        .answer(550, "5.7.1", "your address is blocked by reputation")
        .always();

    sender.send(batch(names(30)));

    assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'bounced'"))
        .isEqualTo(5);
    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE state = 'planned' AND category = 'held'"))
        .isEqualTo(25);
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void bouncesNobodyForALoginThatTheRelayRefuses() throws Exception {
    stop();
    password = "wrong";
    start();
    paths = List.of(RELAY_587, RELAY_465);

    sender.send(batch(names(20)));

    assertThat(states()).containsOnly("planned 0");
    assertThat(network.dials("relay.test", 587) + network.dials("relay.test", 465))
        .as("more trials would lock the account")
        .isLessThanOrEqualTo(3);
  }

  @Test
  void keepsTheLimitsAsThePeerSeesThem() throws Exception {
    limits = new Limits(2, 5, 0);

    sender.send(batch(names(60)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(network.statistics(DOMAIN).connections().maxConcurrent()).isLessThanOrEqualTo(2);
    assertThat(network.statistics(DOMAIN).messages().maxPerConnection()).isLessThanOrEqualTo(5);
  }

  @Test
  void leavesWhatACampaignThatWasPausedStillHas() throws Exception {
    ClaimedBatch batch = batch(names(50));
    closedCampaigns.add(batch.campaignId());

    sender.send(batch);

    assertThat(states()).containsOnly("planned 0");
    assertThat(network.mailboxes().messages()).isZero();
  }

  /** The one mail host that the DNS of these tests names. */
  private SimulatedMailServer server() {
    return isp.servers().stream().filter(each -> each.host().equals(MX)).findFirst().orElseThrow();
  }

  private List<String> states() {
    return database.texts("SELECT state || ' ' || attempts FROM delivery ORDER BY id");
  }

  private static String[] names(int count) {
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = "r" + i;
    }
    return names;
  }

  private MxAnswer mailHosts(Domain domain) {
    return new MxAnswer.Hosts(List.of(new MxHost(10, "mx1." + domain)), TIME_TO_LIVE);
  }

  private HostAnswer addresses(String host) {
    List<InetAddress> addresses = new ArrayList<>();
    if (network.dns().addresses(host)
        instanceof SimulatedDns.Answer.Found<InetAddress>(List<InetAddress> found)) {
      addresses.addAll(found);
    }
    return new HostAnswer.Addresses(addresses, TIME_TO_LIVE);
  }

  /** A claimed batch of one delivery for each local part. */
  private ClaimedBatch batch(String... localParts) {
    database.execute("INSERT INTO mailing_list (name) VALUES ('l')");
    database.execute(
        "INSERT INTO campaign (name, state, list_id, content) SELECT 'c', 'running', id, '{}' FROM mailing_list");
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
          "INSERT INTO recipient (list_id, address, address_key, domain) SELECT id, ?, ?, ? FROM mailing_list",
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
              id, 0, address, DOMAIN, "isp", 0, Map.of(), Optional.empty(), Optional.empty()));
    }
    return new ClaimedBatch(
        database.number("SELECT id FROM batch"),
        database.number("SELECT id FROM campaign"),
        "isp",
        1,
        InstantSource.system().instant(),
        new CampaignContent(
            "", "news@sender.test", "", "Hello", "", "Good day.", MissingField.EMPTY),
        deliveries);
  }
}
