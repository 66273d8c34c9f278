package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Limits;
import io.portolan.sender.hold.RouteHold;
import io.portolan.sender.path.PathStatus;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** What lanes make of peers that refuse us, the session or the port, and of several mail hosts. */
class LaneRefusalsTest extends LaneFixture {
  private static final String MX2 = "mx2." + DOMAIN;

  @BeforeEach
  void sendOneAfterAnother() {
    limits = new Limits(1, 100, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT, 554, 5.7.1, Relay access denied",
    "RCPT, 554, 5.7.0, Your SMTP account is not yet activated",
    "DATA, 554, 5.7.1, The account is temporarily disabled due to abuse",
    "DOT, 554, 5.7.1, Account suspended",
  })
  void bouncesAndSuppressesNobodyForARelayThatDoesNotRelayForUs(
      ServerPhase phase, int code, String status, String words) throws Exception {
    paths = List.of(RELAY_587);
    relay.on(phase).answer(code, status, words).always();

    sender.send(batch(names(30)));

    assertThat(database.texts("SELECT DISTINCT state FROM delivery")).containsExactly("planned");
    assertThat(
            database.texts(
                "SELECT DISTINCT outcome || ' ' || category || ' ' || code FROM attempt"))
        .containsExactly("deferred relay-config 554");
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(5);
    assertThat(health.holds()).extracting(RouteHold::route).containsExactly("relay");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void takesTheNextRouteOfARelayThatDoesNotRelayForUs() throws Exception {
    paths = List.of(RELAY_587, RELAY_465, DIRECT);
    relay.on(ServerPhase.MAIL).answer(550, "5.7.1", "Relaying denied").always();

    sender.send(batch(names(12)));

    assertThat(states()).filteredOn("accepted 1"::equals).hasSize(7);
    assertThat(states()).filteredOn("planned 1"::equals).as("recorded").hasSize(5);
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT, 550, 5.7.25, no PTR record for your address,              dns-identity",
    "MAIL, 553, 5.1.8,  sender domain does not exist,                sender-rejected",
    "DOT,  550, 5.7.26, blocked because the sender is unauthenticated, auth-failure",
    "RCPT, 550, 5.7.10, Encryption required,                         tls"
  })
  void bouncesNobodyForARefusalOfOurselves(
      ServerPhase phase, int code, String enhanced, String text, String category) throws Exception {
    server().on(phase).answer(code, enhanced, text).always();
    Logger logger = (Logger) LoggerFactory.getLogger(Refusals.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    logger.setAdditive(false);
    try {
      sender.send(batch(names(20)));
    } finally {
      logger.detachAppender(said);
      logger.setAdditive(true);
    }

    assertThat(states()).filteredOn("planned 1"::equals).hasSize(5);
    assertThat(states()).filteredOn("planned 0"::equals).as("held").hasSize(15);
    assertThat(database.texts("SELECT DISTINCT category FROM attempt")).containsExactly(category);
    assertThat(said.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.ERROR);
    assertThat(sender.lanesHeld(LaneSender.Held.REFUSED)).isOne();
  }

  @Test
  void asksTheNextMailHostWhenOneRefusesTheSession() throws Exception {
    bothMailHosts();
    server().on(ServerPhase.BANNER).answer(554, "", "no service").always();

    sender.send(batch("anna", "ben"));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.texts("SELECT DISTINCT host FROM attempt")).containsExactly(MX2);
  }

  @Test
  void bouncesNobodyBeforeMail() throws Exception {
    bothMailHosts();
    server().on(ServerPhase.BANNER).answer(554, "", "no service").always();
    second().on(ServerPhase.EHLO).answer(550, "5.7.1", "go away").always();

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 1");
    assertThat(database.texts("SELECT host || ' ' || outcome || ' ' || phase FROM attempt"))
        .as("the first is preferred")
        .containsExactly(MX + " deferred BANNER");
  }

  @Test
  void blamesThePortForNothingWhenOneMailHostWasReached() throws Exception {
    bothMailHosts();
    server().on(ServerPhase.BANNER).close().always();
    network.block(MX2, 25, Block.REJECT);

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 0");
    assertThat(health.snapshot())
        .extracting(PathStatus::label, PathStatus::state)
        .contains(org.assertj.core.api.Assertions.tuple("direct:25", PathState.OPEN))
        .doesNotContain(
            org.assertj.core.api.Assertions.tuple("direct:25 to isp", PathState.BLOCKED));
  }

  @Test
  void triesEveryMailHostWhenThePathIsOpenAgain() throws Exception {
    bothMailHosts();
    network.block(25, Block.REJECT);
    var batch = batch("anna");
    sender.send(batch);
    assertThat(states()).containsExactly("planned 0");
    network.unblock(25);
    network.block(MX, 25, Block.REJECT);
    ahead = Duration.ofMinutes(6);
    reopenPaths();

    sender.send(batch);

    assertThat(states()).containsExactly("accepted 1");
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void leavesARelayPortThatHangsUp(boolean resets) throws Exception {
    paths = List.of(RELAY_587, RELAY_465);
    var rule = relay.on(ServerPhase.BANNER).port(587);
    (resets ? rule.reset() : rule.close()).always();

    sender.send(batch(names(20)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.texts("SELECT DISTINCT kind FROM path_failure"))
        .containsExactly(resets ? "reset" : "closed-before-banner");
    assertThat(sender.lanesHeld(LaneSender.Held.REFUSED)).isZero();
  }

  @Test
  void holdsARouteForAShortTimeWhenItCannotTakeALoginNow() throws Exception {
    paths = List.of(RELAY_587);
    relay.on(ServerPhase.AUTH).answer(454, "4.7.0", "Temporary authentication failure").always();

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 0");
    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE not_before < now() + interval '61 s'"))
        .isOne();
  }

  @Test
  void doesNotDialABetterPathThatRefusesForEveryMessage() throws Exception {
    paths = List.of(DIRECT, RELAY_587);
    network.block(25, Block.REJECT);
    server().on(ServerPhase.BANNER).answer(421, "", "busy").always();
    beforeEachMessage =
        () -> {
          if (relay.statistics().messages().total() >= 3) {
            network.unblock(25);
            ahead = Duration.ofMinutes(6);
            reopenPaths();
          }
        };

    sender.send(batch(names(30)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(network.dials(MX, 25)).isLessThanOrEqualTo(3);
    assertThat(database.texts("SELECT DISTINCT kind FROM path_failure"))
        .containsExactlyInAnyOrder("connect-refused", "session-refused");
  }

  @Test
  void reconnectsWithoutACountWhenAPeerClosedAUsedSession() throws Exception {
    server().on(ServerPhase.MAIL).after(3).close().once();

    sender.send(batch(names(8)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.number("SELECT count(*) FROM path_failure")).isZero();
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(8);
  }

  private void bothMailHosts() {
    mxAnswer =
        Optional.of(
            new MxAnswer.Hosts(List.of(new MxHost(10, MX), new MxHost(20, MX2)), TIME_TO_LIVE));
  }

  private SimulatedMailServer second() {
    return isp.servers().stream().filter(each -> each.host().equals(MX2)).findFirst().orElseThrow();
  }
}
