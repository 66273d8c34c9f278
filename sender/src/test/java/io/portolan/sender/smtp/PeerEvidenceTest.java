package io.portolan.sender.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerEvidenceTest {
  @ParameterizedTest
  @CsvSource({
    "mx.Relay.test ESMTP ready, mx.relay.test",
    "gmx.net (mxgmx017) Nemesis, gmx.net",
    "'', ",
    "mailgw ESMTP, ",
    "'Blocked, see www.blocklist.test/query/192.0.2.1', ",
    "5.7.1 refused by www.blocklist.test, "
  })
  void greetsByItsFirstWordAlone(String banner, String name) {
    PeerEvidence evidence =
        new PeerEvidence(
            banner,
            List.of(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of());

    assertThat(evidence.greetingName()).isEqualTo(Optional.ofNullable(name));
    assertThat(evidence.foreignName("mail.host.test")).isEqualTo(Optional.ofNullable(name));
  }
}
