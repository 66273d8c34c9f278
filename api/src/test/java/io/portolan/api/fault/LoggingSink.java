package io.portolan.api.fault;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A mail host in a process of its own, which can be killed. It takes every message and appends it
 * to a log with one write before it answers, so that what it took is known whatever becomes of it;
 * of what the log holds and the sender was not told, a second copy is right. On demand it resets a
 * part of its connections, drawn at random, in one phase after the other.
 *
 * <p>Its arguments: address, port, log, the file that says how many of a thousand messages meet a
 * reset, and a seed.
 */
final class LoggingSink {
  /** What a sender that was cut off has given up may never be heard of again. */
  private static final int MOST_IDLE_MILLIS = 20_000;

  private static final int BACKLOG = 200;

  private final FileChannel log;
  private final Path resets;
  private final SplittableRandom random;
  private final AtomicLong sessions = new AtomicLong();
  private final InstantSource clock = InstantSource.system();
  private Break latestOfSession = Break.NOWHERE;
  private Break latestOfMessage = Break.NOWHERE;

  private LoggingSink(FileChannel log, Path resets, long seed) {
    this.log = log;
    this.resets = resets;
    random = new SplittableRandom(seed);
  }

  /** Where a connection breaks. */
  enum Break {
    NOWHERE,
    CONNECT,
    EHLO,
    MAIL,
    RCPT,
    DATA,
    /** In the middle of the message. */
    TEXT,
    /** After the dot, before the message is taken. */
    DOT,
    /** After the dot, when the message is taken and the answer still to come. */
    TAKEN;

    /** How many there are. */
    static final int PHASES = values().length - 1;

    private static final List<Break> OF_SESSION = List.of(CONNECT, EHLO);
    private static final List<Break> OF_MESSAGE = List.of(MAIL, RCPT, DATA, TEXT, DOT, TAKEN);

    private static Break next(Break before, List<Break> row) {
      return row.get((row.indexOf(before) + 1) % row.size());
    }
  }

  public static void main(String[] arguments) throws IOException {
    FileChannel log =
        FileChannel.open(
            Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    LoggingSink sink = new LoggingSink(log, Path.of(arguments[3]), Long.parseLong(arguments[4]));
    try (ServerSocket server =
        new ServerSocket(
            Integer.parseInt(arguments[1]), BACKLOG, InetAddress.getByName(arguments[0]))) {
      sink.note("start");
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> sink.serve(socket));
      }
    }
  }

  private void note(String line) throws IOException {
    ByteBuffer bytes =
        StandardCharsets.US_ASCII.encode(clock.instant().toEpochMilli() + " " + line + "\n");
    synchronized (this) {
      while (bytes.hasRemaining()) {
        log.write(bytes);
      }
    }
  }

  /** What becomes of a connection before its first message; there are fewer of those. */
  private Break drawForSession() throws IOException {
    synchronized (this) {
      if (!isDrawn(2 * permille())) {
        return Break.NOWHERE;
      }
      latestOfSession = Break.next(latestOfSession, Break.OF_SESSION);
      return latestOfSession;
    }
  }

  private Break drawForMessage() throws IOException {
    synchronized (this) {
      if (!isDrawn(permille())) {
        return Break.NOWHERE;
      }
      latestOfMessage = Break.next(latestOfMessage, Break.OF_MESSAGE);
      return latestOfMessage;
    }
  }

  private boolean isDrawn(int permille) {
    return random.nextInt(1000) < permille;
  }

  private int permille() throws IOException {
    return Files.exists(resets) ? Integer.parseInt("0" + Files.readString(resets).strip()) : 0;
  }

  private void serve(Socket socket) {
    long session = sessions.incrementAndGet();
    try (socket) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(MOST_IDLE_MILLIS);
      note("open " + session);
      Dialogue dialogue = new Dialogue(socket, session);
      try {
        dialogue.run();
      } finally {
        dialogue.end();
      }
    } catch (IOException e) {
      // the sender is gone, or this side has reset the connection
    }
  }

  /** One session. Not thread-safe. */
  private final class Dialogue {
    private final Socket socket;
    private final long session;
    private final InputStream in;
    private final OutputStream out;
    private String recipient = "";
    private Break fate;
    private boolean ended;

    Dialogue(Socket socket, long session) throws IOException {
      this.socket = socket;
      this.session = session;
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
      fate = drawForSession();
    }

    void run() throws IOException {
      passes(Break.CONNECT);
      say("220 sink.test ESMTP");
      while (true) {
        String line = line();
        String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
        switch (verb) {
          case "EHLO" -> {
            passes(Break.EHLO);
            say(
                "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 1000000");
          }
          case "MAIL" -> {
            passes(Break.MAIL);
            say("250 ok");
          }
          case "RCPT" -> {
            passes(Break.RCPT);
            recipient = line.substring(line.indexOf('<') + 1, line.indexOf('>'));
            say("250 ok");
          }
          case "DATA" -> {
            passes(Break.DATA);
            say("354 go on");
            take();
          }
          case "QUIT" -> {
            end();
            say("221 bye");
            return;
          }
          default -> say("250 ok");
        }
      }
    }

    private void take() throws IOException {
      String id = "";
      for (String line = line(); !line.equals("."); line = line()) {
        if (id.isEmpty() && line.regionMatches(true, 0, "Message-ID:", 0, 11)) {
          id = line.substring(11).strip();
          passes(Break.TEXT);
        }
      }
      passes(Break.DOT);
      note("take " + session + " " + recipient + " " + id);
      passes(Break.TAKEN);
      say("250 taken");
      fate = drawForMessage();
    }

    /** Resets the connection if its time has come. */
    private void passes(Break phase) throws IOException {
      if (fate == phase) {
        note("reset " + session + " " + phase);
        end();
        socket.setSoLinger(true, 0);
        socket.close();
        throw new EOFException("reset");
      }
    }

    /** Notes the end, before the sender can know of it and open another session. */
    void end() throws IOException {
      if (!ended) {
        ended = true;
        note("close " + session);
      }
    }

    private void say(String reply) throws IOException {
      out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new EOFException("the sender is gone");
        }
        if (next != '\r') {
          line.append((char) next);
        }
      }
      return line.toString();
    }
  }
}
