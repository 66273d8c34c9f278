package io.portolan.api.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkTest {
  /** Stacks from the innermost class outwards. */
  @ParameterizedTest
  @CsvSource({
    "DATABASE, java.net.SocketInputStream org.postgresql.core.PGStream"
        + " io.portolan.core.database.Sql",
    "EXCHANGE, sun.nio.ch.NioSocketImpl io.portolan.sender.wire.Wire"
        + " io.portolan.sender.lane.Courier",
    "RENDER, com.github.jknack.handlebars.Template io.portolan.sender.template.MergeTemplate",
    "RENDER, io.portolan.core.address.EmailAddress io.portolan.sender.message.CampaignMessage",
    "SIGN, java.security.Signature io.portolan.sender.dkim.KeySigner"
        + " io.portolan.sender.dkim.DkimSigner",
    "SIGN, io.portolan.sender.message.MessageBuffer io.portolan.sender.dkim.DkimSigner"
        + " io.portolan.sender.message.CampaignMessage",
    "RENDER, io.portolan.sender.message.MessageBuffer io.portolan.sender.message.CampaignMessage"
        + " io.portolan.sender.lane.Courier",
    "LANES, io.portolan.core.reply.ReplyClassifier io.portolan.sender.lane.Judge",
    "DATABASE, java.util.HashMap io.portolan.scheduler.BatchWork",
    "DATABASE, java.util.HashMap io.portolan.core.recorder.ResultRecorder"
        + " io.portolan.sender.lane.Courier",
    "DATABASE, org.quartz.core.QuartzScheduler",
    "REST, java.util.concurrent.ForkJoinPool java.lang.Thread",
    "REST, ''"
  })
  void theInnermostClassThatBelongsToSomeWorkDecides(Work work, String stack) {
    assertThat(Work.of(Arrays.asList(stack.split(" ", -1)))).isEqualTo(work);
  }
}
