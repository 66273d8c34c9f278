package io.portolan.sender.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/**
 * Acts on one connection what a server decided to do: answers well or badly, or ends. One thread's.
 */
final class Responder {
  private final SimulatedMailServer.Connection connection;
  private final ServerStatistics.Counters counters;
  private final Wire wire;
  private boolean enhancedCodes = true;
  private boolean over;

  Responder(SimulatedMailServer.Connection connection, ServerStatistics.Counters counters) {
    this.connection = connection;
    this.counters = counters;
    wire = connection.wire();
  }

  /**
   * Whether replies carry enhanced status codes from now on; before EHLO they do, as real banners
   * may.
   */
  void enhancedCodes(boolean value) {
    enhancedCodes = value;
  }

  /** Whether the connection has ended from the server's side. */
  boolean over() {
    return over;
  }

  static boolean positive(Reaction reaction) {
    return switch (reaction) {
      case Reaction.Answer answer -> answer.reply().positive();
      case Reaction.Drip drip -> drip.reply().positive();
      case Reaction.Delay _,
          Reaction.Until _,
          Reaction.KeepMessage _,
          Reaction.DiscardPipelined _,
          Reaction.Close _,
          Reaction.Reset _,
          Reaction.Silence _,
          Reaction.Raw _,
          Reaction.LongLine _ ->
          false;
    };
  }

  /** Does what was decided and says whether the command has its effect. */
  boolean perform(Reaction reaction) throws IOException {
    switch (reaction) {
      case Reaction.Answer(ServerReply reply, boolean hangUp) -> {
        reply(reply);
        endIf(hangUp);
      }
      case Reaction.Raw(String octets, boolean hangUp) -> {
        wire.writeNow(octets.getBytes(ISO_8859_1));
        endIf(hangUp);
      }
      case Reaction.Drip(ServerReply reply, Duration interval) -> drip(reply, interval);
      case Reaction.LongLine(int octets) -> longLine(octets);
      case Reaction.Close() -> {
        leave();
        wire.flush();
        wire.hangUp();
      }
      case Reaction.Reset() -> {
        leave();
        wire.flush();
        wire.reset();
      }
      case Reaction.Silence() -> wire.drain();
      case Reaction.Delay _,
          Reaction.Until _,
          Reaction.KeepMessage _,
          Reaction.DiscardPipelined _ ->
          throw new IllegalArgumentException(reaction + " comes before an answer and is none");
    }
    return positive(reaction);
  }

  void reply(ServerReply reply) {
    if (!reply.positive()) {
      counters.refused(reply.code());
    }
    wire.write(reply.encode(enhancedCodes));
  }

  private void drip(ServerReply reply, Duration interval) throws IOException {
    for (byte octet : reply.encode(enhancedCodes).getBytes(UTF_8)) {
      wire.writeNow(new byte[] {octet});
      wire.pause(interval);
    }
  }

  private void longLine(int octets) throws IOException {
    wire.writeNow("250 ".getBytes(UTF_8));
    byte[] filling = new byte[8192];
    Arrays.fill(filling, (byte) 'x');
    for (int left = octets; left > 0; left -= filling.length) {
      wire.writeNow(left < filling.length ? Arrays.copyOf(filling, left) : filling);
    }
    wire.write("\r\n");
  }

  private void endIf(boolean hangUp) throws IOException {
    if (hangUp) {
      end();
    }
  }

  /** Ends the connection in good order. */
  void end() throws IOException {
    leave();
    wire.end();
  }

  /** Marks the connection as ended without touching it, where TLS has already failed on it. */
  void abandon() {
    leave();
  }

  // counted out before the client can see the end, so that its next connection is not one too many
  private void leave() {
    over = true;
    connection.release();
  }
}
