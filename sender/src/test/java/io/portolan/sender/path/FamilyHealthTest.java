package io.portolan.sender.path;

import static io.portolan.sender.path.TestPaths.DIRECT;
import static io.portolan.sender.path.TestPaths.SES_587;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.path.PathState;
import io.portolan.core.path.StoredHealth;
import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FamilyHealthTest {
  private static final String V4 = "192.0.2.1";
  private static final String V6 = "2001:db8::1";
  private static final HealthKey SES = new HealthKey(SES_587, "");
  private static final HealthKey SES_V6 = SES.over(IpFamily.IPV6);

  private final TestPaths paths = new TestPaths();

  @Test
  void leavesTheFamilyThatFailsWhereTheOtherOneConnects() {
    openByIpv4Alone();

    assertThat(paths.take("gmail", SES_587).mayDial(V6)).isFalse();
    assertThat(paths.take("gmail", SES_587).mayDial(V4)).isTrue();
    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
    assertThat(paths.status(SES_587, "").families())
        .extracting(
            PathStatus.ByFamily::family, PathStatus.ByFamily::state, PathStatus.ByFamily::evidence)
        .containsExactly(
            tuple("ipv4", PathState.OPEN, ""), tuple("ipv6", PathState.BLOCKED, "connect-timeout"));
  }

  @Test
  void looksAtAFamilyBeforeLongWhereOneAddressIsDead() {
    PathLease lease = paths.take("gmail", SES_587);
    lease.unreachable(V6, "connect-timeout");
    lease.connected(V4);
    lease.opened();
    assertThat(paths.status(SES_587, "").families().getLast().state()).isEqualTo(PathState.SUSPECT);

    paths.clock.advance(HealthSettings.DEFAULT.suspectFor());
    assertThat(paths.health.mayDial(SES, IpFamily.IPV6)).isFalse();
    paths.health.beginLook(SES_V6, paths.health.lookLimit());
    paths.health.goodLook(SES_V6);

    assertThat(paths.health.mayDial(SES, IpFamily.IPV6)).isTrue();
  }

  @Test
  void leavesNoFamilyWhereNeitherConnects() {
    PathLease lease = paths.take("gmail", SES_587);
    lease.unreachable(V6, "connect-timeout");
    lease.unreachable(V4, "connect-timeout");
    lease.failed(Phase.CONNECT, "connect-timeout", "ses.relay.example");

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.status(SES_587, "").families()).isEmpty();
  }

  @Test
  void dialsBothFamiliesAgainWhenBothAreLeft() {
    openByIpv4Alone();
    PathLease lease = paths.take("gmail", SES_587);
    lease.unreachable(V4, "connect-timeout");
    lease.connected(V6);
    lease.opened();

    // IPv6 connected, and so is open again
    assertThat(paths.health.mayDial(SES, IpFamily.IPV6)).isTrue();
    assertThat(paths.health.mayDial(SES, IpFamily.IPV4)).isFalse();
  }

  @Test
  void reopensAFamilyByLooks() {
    openByIpv4Alone();
    paths.clock.advance(Duration.ofMinutes(5));
    assertThat(paths.health.dueLooks()).isEmpty();
    assertThat(paths.health.mayDial(SES, IpFamily.IPV6)).isFalse();

    assertThat(paths.health.dueLooks()).containsExactly(SES_V6);
    assertThat(paths.health.beginLook(SES_V6, paths.health.lookLimit())).containsExactly(V6);
    paths.health.goodLook(SES_V6);
    paths.clock.advance(Duration.ofMinutes(1));
    assertThat(paths.health.dueLooks()).containsExactly(SES_V6);
    paths.health.beginLook(SES_V6, paths.health.lookLimit());
    paths.health.goodLook(SES_V6);

    assertThat(paths.health.mayDial(SES, IpFamily.IPV6)).isTrue();
  }

  @Test
  void staysLeftLongerWithEachBadLook() {
    openByIpv4Alone();
    paths.clock.advance(Duration.ofMinutes(5));
    assertThat(paths.health.mayDial(SES, IpFamily.IPV6)).isFalse();
    paths.health.beginLook(SES_V6, paths.health.lookLimit());

    paths.health.badLook(SES_V6, "connect-timeout");

    assertThat(paths.status(SES_587, "").families().getLast().nextTry())
        .hasValue(paths.clock.instant().plus(Duration.ofMinutes(10)));
  }

  @Test
  void doesNotTellFamiliesOfSmallDomainsApart() {
    PathLease lease = paths.take("other/small.test", DIRECT);
    lease.unreachable(V6, "connect-timeout");
    lease.connected(V4);
    lease.opened();

    assertThat(paths.status(DIRECT, "other/small.test").families()).isEmpty();
  }

  @Test
  void learnsFromOtherNodes() {
    Instant now = paths.clock.instant();

    paths.health.learn(
        new StoredHealth(
            SES_V6,
            PathState.BLOCKED,
            now,
            now.plus(Duration.ofMinutes(5)),
            1,
            0,
            V6,
            "connect-timeout",
            "another"));

    assertThat(paths.health.mayDial(SES, IpFamily.IPV6)).isFalse();
    assertThat(paths.health.mayDial(SES, IpFamily.IPV4)).isTrue();
  }

  @Test
  void storesEachFamilyForItself() {
    openByIpv4Alone();

    List<String> stored =
        paths.health.journal().pending().states().stream()
            .map(each -> each.key().label() + " " + each.state().id())
            .toList();

    assertThat(stored)
        .containsExactlyInAnyOrder(
            "ses:587 open", "ses:587 over ipv4 open", "ses:587 over ipv6 blocked");
  }

  @Test
  void forgetsWhatItKnewOfARelayThatWasDefinedAnew() {
    openByIpv4Alone();

    paths.health.forget("ses");

    assertThat(paths.health.mayDial(SES, IpFamily.IPV6)).isTrue();
  }

  private void openByIpv4Alone() {
    PathLease lease = paths.take("gmail", SES_587);
    lease.unreachable(V6, "connect-timeout");
    lease.unreachable("2001:db8::2", "connect-timeout");
    lease.connected(V4);
    lease.opened();
  }
}
