package io.portolan.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.policy.TlsMode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelayCheckTest {
  private static final String GOOD =
      """
      {"name": "ses", "host": "email-smtp.eu-west-1.amazonaws.com", "username": "AKIA",
       "secretRef": "env:SES_PASSWORD",
       "ports": [{"port": 587, "tls": "starttls"}, {"port": 465, "tls": "implicit"}]}
      """;

  @Test
  void readsARelay() {
    assertThat(RelayDocument.readJson(GOOD))
        .isEqualTo(
            new Relay(
                "ses",
                "email-smtp.eu-west-1.amazonaws.com",
                "AKIA",
                "env:SES_PASSWORD",
                List.of(
                    new RelayPort(587, TlsMode.STARTTLS), new RelayPort(465, TlsMode.IMPLICIT))));
  }

  @Test
  void readsARelayWithoutLoginAndWithoutTls() {
    Relay relay =
        RelayDocument.readJson(
            "lan", "{\"host\": \"localhost\", \"ports\": [{\"port\": 25, \"tls\": \"none\"}]}");

    assertThat(relay.needsLogin()).isFalse();
    assertThat(relay.name()).isEqualTo("lan");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"ses\"                 | \"direct\"        | name",
        "\"ses\"                 | \"SES\"           | name",
        "\"ses\"                 | \"-ses\"          | name",
        "\"ses\"                 | \"\"              | name",
        "email-smtp.eu-west-1.amazonaws.com | smtp server.com | host",
        "email-smtp.eu-west-1.amazonaws.com | https://smtp.example | host",
        "env:SES_PASSWORD        | hunter2           | secretRef",
        "env:SES_PASSWORD        | env:              | secretRef",
        "env:SES_PASSWORD        | file:relative     | secretRef",
        "\"env:SES_PASSWORD\"    | \"\"              | secretRef",
        "\"AKIA\"                | \"\"              | username",
        "\"AKIA\"                | \"a\\r\\nb\"      | username",
        "\"tls\": \"starttls\"   | \"tls\": \"none\" | ports[0].tls",
        "\"tls\": \"starttls\"   | \"tls\": \"opportunistic\" | ports[0].tls",
        "\"tls\": \"starttls\"   | \"tls\": \"ssl\"  | ports[0].tls",
        "\"port\": 465           | \"port\": 587     | ports[1]",
        "\"port\": 465           | \"port\": 4650    | ports[1].port",
        "\"port\": 465           | \"port\": 0       | ports[1].port",
        "\"implicit\"            | \"starttls\"      | ports[1].tls",
        "\"username\"            | \"user\"          | user",
        "\"host\"                | \"hosts\"         | host",
      })
  void refusesInWordsThatNameTheField(String good, String bad, String place) {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> RelayDocument.readJson(GOOD.replace(good, bad.strip())))
        .satisfies(
            refusal ->
                assertThat(refusal.problems()).extracting(Problem::place).contains(place.strip()));
  }

  @Test
  void neverQuotesWhatMayBeAPassword() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> RelayDocument.readJson(GOOD.replace("env:SES_PASSWORD", "hunter2")))
        .withMessageNotContaining("hunter2");
  }

  @Test
  void knowsThatPostmarkHasNoPort465() {
    Relay relay =
        new Relay(
            "postmark",
            "smtp.postmarkapp.com",
            "token",
            "env:TOKEN",
            List.of(new RelayPort(465, TlsMode.IMPLICIT)));

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> RelayCheck.check(relay))
        .withMessageContaining("Postmark has no port 465; it offers 25, 587, 2525 (starttls)");
  }

  @Test
  void refusesToRenameARelay() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> RelayDocument.readJson("other", GOOD))
        .withMessageContaining("renamed");
    assertThat(RelayDocument.readJson("ses", GOOD).name()).isEqualTo("ses");
  }
}
