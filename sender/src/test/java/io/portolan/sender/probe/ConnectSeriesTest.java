package io.portolan.sender.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.probe.ConnectSeries.Connect;
import io.portolan.sender.probe.ConnectSeries.Limit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConnectSeriesTest {
  private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");
  private static final List<String> OPERATORS = List.of("gmail", "gmx", "yahoo");

  @Test
  void tellsALimitOfConnections() {
    List<Connect> series = series("++++----++++----++");

    assertThat(new ConnectSeries(series).limitOf(25))
        .hasValueSatisfying(
            limit -> {
              assertThat(limit).isEqualTo(new Limit(25, 4, 7));
              assertThat(limit.words())
                  .contains("the first 4 connections work", "port 25", "at 7 a minute");
            });
    assertThat(new ConnectSeries(series).limitOf(587)).isEmpty();
  }

  @Test
  void readsASeriesInAnyOrder() {
    List<Connect> series = series("++++----++++----++");
    Collections.shuffle(series, new Random(1));

    assertThat(new ConnectSeries(series).limitOf(25)).isPresent();
  }

  @Test
  void aBlockThatBeginsOrEndsIsNoLimit() {
    for (String pattern :
        List.of("++++++--------", "--------++++++", "++++------++++", "--------")) {
      assertThat(new ConnectSeries(series(pattern)).limitOf(25)).as(pattern).isEmpty();
    }
  }

  @Test
  void aConnectionThatWasLostNowAndThenIsNoLimit() {
    assertThat(new ConnectSeries(series("+++-++++--+++-+++-++")).limitOf(25)).isEmpty();
  }

  @Test
  void aNetworkThatIsDownNowAndThenIsNoLimit() {
    List<Connect> series = new ArrayList<>();
    for (Connect each : series("++++----++++----++")) {
      if (each.port() == 25) {
        series.add(each);
        series.add(new Connect(each.at(), 587, each.operator(), each.timedOut()));
      }
    }
    assertThat(new ConnectSeries(series).limitOf(25)).isEmpty();
  }

  @Test
  void oneHostThatFailsNowAndThenIsNoLimit() {
    List<Connect> series =
        series("++++----++++----++").stream()
            .map(each -> new Connect(each.at(), each.port(), "gmail", each.timedOut()))
            .toList();
    assertThat(new ConnectSeries(series).limitOf(25)).isEmpty();
  }

  @Test
  void withoutAnotherPortToCompareNothingIsSaid() {
    List<Connect> series =
        series("++++----++++----++").stream().filter(each -> each.port() == 25).toList();
    assertThat(new ConnectSeries(series).limitOf(25)).isEmpty();
    assertThat(new ConnectSeries(List.of()).limitOf(25)).isEmpty();
  }

  /** A connect to port 25 every five seconds, that worked (+) or not, and one to 587 that did. */
  private static List<Connect> series(String pattern) {
    List<Connect> series = new ArrayList<>();
    for (int i = 0; i < pattern.length(); i++) {
      Instant at = START.plusSeconds(5L * i);
      String operator = OPERATORS.get(i % OPERATORS.size());
      series.add(new Connect(at, 25, operator, pattern.charAt(i) == '-'));
      series.add(new Connect(at, 587, operator, false));
    }
    return series;
  }
}
