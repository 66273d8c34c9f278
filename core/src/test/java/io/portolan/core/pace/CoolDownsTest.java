package io.portolan.core.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.json.HumanDuration;
import io.portolan.core.reply.SmtpReply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoolDownsTest {
  private final CoolDowns coolDowns = CoolDowns.builtIn();

  @ParameterizedTest
  @CsvSource({
    "gmail, 421 4.7.28 unusual rate of unsolicited mail, 10m",
    "yahoo, 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred, 2h",
    "yahoo, 421 4.7.0 [TSS05] Messages from 192.0.2.1 temporarily deferred, 4h",
    "outlook, 451 4.7.650 temporarily rate limited due to IP reputation, 90m",
    "other, 421 4.7.28 unusual rate of unsolicited mail, 1m",
    "yahoo, 451 4.3.2 too many of you, 1m"
  })
  void saysHowLongAPlatformIsLeftAlone(String isp, String line, String length) throws Exception {
    assertThat(coolDowns.after(SmtpReply.parse(List.of(line)), isp))
        .isEqualTo(HumanDuration.parse(length));
  }

  @Test
  void leavesThePlatformAloneForNoRecipientsSake() throws Exception {
    SmtpReply reply =
        SmtpReply.parse(List.of("450 4.2.1 The user you are trying to contact is busy"));

    assertThat(coolDowns.after(reply, "gmail")).isEmpty();
  }

  @Test
  void reachesEachRowByItsSample() throws Exception {
    for (CoolDowns.Row row : coolDowns.rows()) {
      String isp = row.isps().getFirst().equals("*") ? "other" : row.isps().getFirst();
      assertThat(coolDowns.after(SmtpReply.parse(List.of(row.sample())), isp))
          .as(row.sample())
          .isEqualTo(row.length());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'*,4.7.28,platform,soon,s,4.7.28', cool_down",
    "'*,4.7.28,host,1m,s,4.7.28', scope",
    "'*,(,platform,1m,s,4.7.28', reply",
    "'*,4.7.28,platform,1m,s,4.7.29', sample"
  })
  void refusesARowThatIsWrong(String row, String column) {
    byte[] table =
        (String.join(",", CoolDowns.COLUMNS) + "\n" + row).getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CoolDowns.of(CsvTable.parse("t.csv", table, CoolDowns.COLUMNS)))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("column " + column);
  }
}
