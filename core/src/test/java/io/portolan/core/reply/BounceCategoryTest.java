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
}
