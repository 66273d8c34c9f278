package io.portolan.core.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BounceCategoryTest {

  @Test
  void namesItsCategories() {
    assertThat(BounceCategory.values())
        .hasSize(20)
        .allSatisfy(each -> assertThat(BounceCategory.of(each.id())).contains(each));
    assertThat(BounceCategory.BAD_MAILBOX.id()).isEqualTo("bad-mailbox");
    assertThat(BounceCategory.of("soft")).isEmpty();
  }

  @Test
  void holdsThreeCategoriesForHard() {
    assertThat(Arrays.stream(BounceCategory.values()).filter(BounceCategory::isHard))
        .containsExactly(
            BounceCategory.BAD_MAILBOX, BounceCategory.BAD_DOMAIN, BounceCategory.MAILBOX_INACTIVE);
  }

  @Test
  void suppressesAtOnceForHardOnesAndAfterSomeWhereTheActionSaysSo() {
    assertThat(BounceCategory.values())
        .allSatisfy(
            each -> {
              boolean everSuppresses =
                  each.action() == Action.SUPPRESS || each.action() == Action.RETRY_THEN_SUPPRESS;
              assertThat(each.suppressAfter().isPresent()).isEqualTo(everSuppresses);
              assertThat(each.suppressAfter().orElse(0) == 1).isEqualTo(each.isHard());
            });
    assertThat(BounceCategory.MAILBOX_FULL.suppressAfter()).hasValue(5);
  }
}
