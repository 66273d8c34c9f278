package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.reply.BounceCategory;
import org.junit.jupiter.api.Test;

class SettledOnceTest extends MatchingInboxFixture {
  @Test
  void countsABounceInsteadOfTheDeliveryThatWasConfirmedBefore() {
    take("1", FeedbackKind.DELIVERED, signed(ada), "ada@isp.test", null);
    take("2", FeedbackKind.DELIVERED, signed(ben), "ben@isp.test", null);
    take("3", FeedbackKind.BOUNCE, signed(ada), "ada@isp.test", BounceCategory.MAILBOX_FULL);

    assertThat(rates())
        .containsExactly(
            "12:00 isp relay:587 delivered  1", "12:00 isp relay:587 late-bounce mailbox-full 1");
    assertThat(database.texts("SELECT outcome || ' ' || count FROM result_hour ORDER BY outcome"))
        .containsExactly("delivered 1", "late-bounce 1");
  }
}
