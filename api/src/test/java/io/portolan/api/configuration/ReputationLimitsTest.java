package io.portolan.api.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.metrics.reputation.Component;
import io.portolan.metrics.reputation.Threshold;
import io.portolan.metrics.reputation.Threshold.Scope;
import io.portolan.metrics.reputation.Thresholds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReputationLimitsTest {
  @TempDir private Path directory;

  private Thresholds read(String yaml) throws IOException {
    return Configuration.read(Files.writeString(directory.resolve("portolan.yaml"), yaml), Map.of())
        .reputationLimits();
  }

  @Test
  void areTheShippedOnesWithoutAWord() {
    assertThat(Configuration.defaults(Map.of()).reputationLimits()).isEqualTo(Thresholds.builtIn());
  }

  @Test
  void areAddedReplacedAndSwitchedOff() throws IOException {
    Thresholds limits =
        read(
            """
            reputation-limits:
              yahoo-complaints:
                limit: 0.1%
              orange-complaints:
                limit: off
              gmx-bounces:
                of: isp:gmx
                measure: list-quality
                limit: 3 %
                consequence: Ask the list's owner.
              own-relay:
                of: relay:mailer
                measure: complaints
                limit: 0%
              mailgun:
                of: relay:Mailgun
                measure: complaints
                limit: 0.08%
            relays:
              mailer:
                host: smtp.example.net
                ports: [587:starttls]
            """);

    assertThat(limits.find("yahoo-complaints"))
        .hasValueSatisfying(
            yahoo -> {
              assertThat(yahoo.limit()).isEqualTo(0.001);
              assertThat(yahoo.owner()).isEqualTo("yahoo");
              assertThat(yahoo.origin()).isEqualTo("operator");
              assertThat(yahoo.consequence())
                  .startsWith("The published limit is 0.30 %. Yahoo filters");
            });
    assertThat(limits.find("orange-complaints")).isEmpty();
    assertThat(limits.off()).containsExactly("orange-complaints");
    assertThat(limits.find("gmx-bounces"))
        .contains(
            new Threshold(
                "gmx-bounces",
                Scope.ISP,
                "gmx",
                Component.LIST_QUALITY,
                0.03,
                "keep below",
                "Ask the list's owner.",
                Optional.empty()));
    assertThat(limits.find("own-relay"))
        .hasValueSatisfying(
            relay ->
                assertThat(relay)
                    .returns(Scope.RELAY, Threshold::scope)
                    .returns("mailer", Threshold::owner)
                    .returns(0.0, Threshold::limit));
    assertThat(limits.find("mailgun").map(Threshold::owner)).contains("Mailgun");
    assertThat(limits.find("gmail-complaints-never").map(Threshold::origin)).contains("shipped");
  }

  @Test
  void knowsTheIspsOfTheFileOfIsps() throws IOException {
    Path isps =
        Files.writeString(
            directory.resolve("isps.csv"),
            """
            isp_id,display_name,kind,consumer_domains,mx_suffixes,platform_isp_id
            example,Example,mailbox,example.test,mx.example.test,
            """);

    assertThat(
            read("isps:\n  file: "
                    + isps
                    + "\nreputation-limits:\n  x: {of: 'isp:example', measure: blocks, limit: 1%}\n")
                .find("x"))
        .isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "yahoo-complaints: {limit: 0.3}|yahoo-complaints.limit: \"0.3\"|a share from 0% to 99.99%",
        "yahoo-complaints: {limit: 0.125%}|yahoo-complaints.limit: \"0.125%\"|two decimal places",
        "yahoo-complaints: {limit: 100%}|yahoo-complaints.limit: \"100%\"|a share from 0%",
        "yahoo-complaints: {limit: -1%}|yahoo-complaints.limit: \"-1%\"|a share from 0%",
        "yahoo-complaints: {of: 'isp:gmx', limit: 1%}|yahoo-complaints.of: \"isp:gmx\"|another name",
        "yahoo-complaints: {limit: off, measure: blocks}|yahoo-complaints.measure: \"blocks\"|off has",
        "yahoo-complaints: {consequence: Stop}|yahoo-complaints|\"limit\" is missing",
        "yahoo-complaint: {limit: 0.1%}|yahoo-complaint.limit: \"0.1%\"|\"of\" is missing",
        "yahoo-complaint: {limit: off}|yahoo-complaint.limit: \"off\"|yahoo-complaints",
        "x: {of: 'isp:gmx', limit: 1%}|x.limit: \"1%\"|\"measure\" is missing",
        "x: {of: 'isp:nobody', measure: blocks, limit: 1%}|x.of: \"isp:nobody\"|no ISP",
        "x: {of: 'isp:other', measure: blocks, limit: 1%}|x.of: \"isp:other\"|no ISP",
        "x: {of: 'isp:aol', measure: blocks, limit: 1%}|x.of: \"isp:aol\"|isp:yahoo is expected",
        "x: {of: 'relay:mailer', measure: blocks, limit: 1%}|x.of: \"relay:mailer\"|Amazon SES",
        "x: {of: gmx, measure: blocks, limit: 1%}|x.of: \"gmx\"|isp: or relay:",
        "x: {of: 'isp:gmx', measure: tls, limit: 1%}|x.measure: \"tls\"|list-quality",
        "X_1: {of: 'isp:gmx', measure: blocks, limit: 1%}|reputation-limits.X_1|lower-case",
        "x: {limits: 1%}|reputation-limits.x.limits|did you mean \"reputation-limits.x.limit\""
      })
  void nameThePlaceTheKeyAndTheValueOfWhatIsWrong(String entry, String key, String why) {
    assertThatThrownBy(() -> read("reputation-limits:\n  " + entry + "\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(why)
        .satisfies(
            refusal -> assertThat(refusal.getMessage()).containsAnyOf("line 2", "is missing"));
  }
}
