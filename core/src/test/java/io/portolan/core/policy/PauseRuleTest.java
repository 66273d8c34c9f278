package io.portolan.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.reply.MalformedReplyException;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PauseRuleTest {
  @ParameterizedTest
  @CsvSource({
    "421,            421, 4.7.28 too many, true",
    "421,            450, 4.7.28 too many, false",
    "4.7.28,         450, 4.7.28 too many, true",
    "4.7.2,          450, 4.7.28 too many, false",
    "4.7.28,         450, no enhanced code, false",
    "/rate limit/,   450, 4.7.1 rate limited, true",
    "/^550 /,        550, 5.7.1 blocked,  true",
    "/^450 /,        550, 5.7.1 blocked,  false",
  })
  void matchesCodesAndExpressions(String rule, int code, String text, boolean matches)
      throws MalformedReplyException {
    PauseRule pause = new PauseRule(rule, Duration.ofMinutes(5), PauseRule.Scope.PLATFORM);

    assertThat(pause.matches(SmtpReply.parse(code + " " + text))).isEqualTo(matches);
  }
}
