package io.portolan.metrics.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException;
import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.reputation.Distance.Unseen;
import io.portolan.metrics.reputation.Threshold.Scope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdsTest {
  private static final String GOOD =
      "x,isp,yahoo,complaints,0.3,keep below,it hurts,https://example.org/a,2024-02-01,1,10000,below";

  @Test
  void knowsTheLimitsOfTheLargeOnes() {
    assertThat(Thresholds.builtIn().all())
        .extracting(each -> each.owner() + " " + each.measure().id() + " " + each.limit())
        .contains(
            "gmail complaints 0.001",
            "gmail complaints 0.003",
            "yahoo complaints 0.003",
            "outlook authentication 0.0",
            "Amazon SES list-quality 0.05",
            "Amazon SES list-quality 0.1",
            "Amazon SES complaints 0.001",
            "Amazon SES complaints 0.005");
  }

  @Test
  void givesEachSampleItsVerdict() {
    List<CsvRow> rows =
        CsvTable.resource(Thresholds.class, "thresholds.csv", Thresholds.COLUMNS).rows();
    List<Threshold> all = Thresholds.builtIn().all();

    assertThat(all).hasSameSizeAs(rows).hasSizeGreaterThan(10);
    for (int i = 0; i < rows.size(); i++) {
      Rate sample =
          Rate.of(
              Long.parseLong(rows.get(i).required("sample_hits")),
              Long.parseLong(rows.get(i).required("sample_of")));
      Distance distance = Distance.of(all.get(i), "a.test", sample, Unseen.NOTHING);
      assertThat(distance.verdict().id()).isEqualTo(rows.get(i).required("sample_verdict"));
      assertThat(distance.words()).contains(all.get(i).owner());
    }
  }

  @Test
  void namesOwnersThatAreKnown() {
    IspDirectory isps = IspDirectory.builtIn();

    for (Threshold threshold : Thresholds.builtIn().all()) {
      if (threshold.scope() == Scope.ISP) {
        assertThat(isps.find(threshold.owner())).as(threshold.owner()).isPresent();
      } else {
        assertThat(relay("email-smtp.eu-west-1.amazonaws.com").service())
            .contains(threshold.owner());
      }
    }
    assertThat(relay("mx.example.org").service()).isEmpty();
  }

  @Test
  void readsARow() {
    assertThat(read(GOOD).all()).singleElement().returns(0.003, Threshold::limit);
  }

  @ParameterizedTest
  @CsvSource({
    "isp, host, scope",
    "yahoo, '', owner",
    "complaints, tls, measure",
    "complaints, smell, measure",
    "0.3, '0,3', fields",
    "0.3, -1, limit_percent",
    "0.3, 100, limit_percent",
    "it hurts, '', consequence",
    "https://example.org/a, example.org, source",
    "https://example.org/a, https://a b, source",
    "2024-02-01, February, since",
    "10000, few, sample_hits",
    "10000, 0, sample_hits",
    "below, above, sample_verdict",
    "below, good, sample_verdict"
  })
  void refusesARowThatIsWrong(String value, String wrong, String column) {
    String row = GOOD.replaceFirst("(?<=,|^)" + value + "(?=,|$)", wrong);
    assertThat(row).isNotEqualTo(GOOD);

    assertThatThrownBy(() -> read(row))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("limits.csv line 2")
        .hasMessageContaining(column);
  }

  @Test
  void refusesARowThatIsThereTwice() {
    assertThatThrownBy(() -> read(GOOD + "\n" + GOOD))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("limits.csv line 3, column id");
  }

  @Test
  void keepsTheOrderWhereALimitIsReplacedAndSaysWhatIsInForce() {
    Thresholds shipped = read(GOOD + "\n" + GOOD.replaceFirst("x", "y"));
    Threshold own =
        new Threshold(
            "x", Scope.ISP, "yahoo", Component.COMPLAINTS, 0.002, "r", "c", Optional.empty());

    Thresholds inForce = shipped.with(own).without("y");

    assertThat(shipped.words()).isEqualTo("In force: 2 that come with Portolan.");
    assertThat(shipped.with(own).all()).containsExactly(own, shipped.find("y").orElseThrow());
    assertThat(inForce.all()).containsExactly(own);
    assertThat(own.origin()).isEqualTo("operator");
    assertThat(shipped.find("y").orElseThrow().origin()).isEqualTo("shipped");
    assertThat(inForce.words())
        .isEqualTo(
            "In force: 0 that come with Portolan, and 1 of your own (x). Switched off by you: y.");
  }

  private static Thresholds read(String rows) {
    String table = String.join(",", Thresholds.COLUMNS) + "\n" + rows;
    return Thresholds.of(
        CsvTable.parse("limits.csv", table.getBytes(StandardCharsets.UTF_8), Thresholds.COLUMNS));
  }

  private static Relay relay(String host) {
    return new Relay("r", host, "", "", List.of(new RelayPort(587, TlsMode.STARTTLS)));
  }
}
