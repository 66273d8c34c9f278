package io.portolan.core.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.reply.Action;
import io.portolan.core.reply.BounceCategory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeedbackKindTest {
  @ParameterizedTest
  @EnumSource(FeedbackKind.class)
  void isFoundByItsName(FeedbackKind kind) {
    assertThat(FeedbackKind.of(kind.id())).contains(kind);
  }

  @Test
  void suppressesForAPersonsWishAndForHardBouncesAlone() {
    assertThat(FeedbackKind.COMPLAINT.action()).isEqualTo(Action.SUPPRESS);
    assertThat(FeedbackKind.UNSUBSCRIBE.action()).isEqualTo(Action.SUPPRESS);
    assertThat(FeedbackKind.BOUNCE.action(BounceCategory.BAD_MAILBOX)).isEqualTo(Action.SUPPRESS);
    for (FeedbackKind kind :
        new FeedbackKind[] {
          FeedbackKind.DELAY,
          FeedbackKind.AUTH_REPORT,
          FeedbackKind.AUTO_REPLY,
          FeedbackKind.DELIVERED,
          FeedbackKind.NONE
        }) {
      assertThat(kind.action(BounceCategory.BAD_MAILBOX)).as(kind.id()).isEqualTo(Action.COUNT);
    }
  }
}
