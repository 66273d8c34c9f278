package io.portolan.api.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DemoRecipientsTest {
  @ParameterizedTest
  @ValueSource(ints = {100, 2_000, 5_000})
  void hasAsManyAddressesAsWanted(int number) {
    DemoRecipients recipients = DemoRecipients.of(number);

    assertThat(recipients.addresses()).hasSize(number);
    assertThat(recipients.csv().lines().count())
        .isEqualTo(1L + number + recipients.badRows() + recipients.duplicates());
    assertThat(recipients.suppressed()).isNotEmpty().isSubsetOf(recipients.addresses());
    assertThat(Arrays.stream(DemoIsp.values()).mapToInt(recipients::of).sum()).isEqualTo(number);
  }

  @Test
  void comesWithBadRowsAndDuplicates() {
    DemoRecipients recipients = DemoRecipients.of(2_000);

    assertThat(recipients.badRows()).isPositive();
    assertThat(recipients.duplicates()).isPositive();
    assertThat(recipients.unknown()).isNotEmpty();
  }

  @Test
  void isTheSameEveryTime() {
    assertThat(DemoRecipients.of(3_000)).isEqualTo(DemoRecipients.of(3_000));
  }
}
