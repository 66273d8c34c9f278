package io.portolan.sender.dns;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A DNS server on a loopback UDP socket, and on TCP for what is long, with the records that a test
 * gives it. Thread-safe.
 */
public final class TestDnsServer implements AutoCloseable {
  private static final int LONGEST_DATAGRAM = 1_232;

  private final DatagramSocket socket;
  private final ServerSocket stream;
  private final List<Record> records = new CopyOnWriteArrayList<>();
  private final Map<Name, Integer> rcodes = new ConcurrentHashMap<>();
  private final List<Name> silent = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> queries = new ConcurrentHashMap<>();

  public TestDnsServer() throws IOException {
    stream = new ServerSocket();
    stream.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket =
        new DatagramSocket(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), stream.getLocalPort()));
    Thread.ofVirtual().start(this::serve);
    Thread.ofVirtual().start(this::serveStreams);
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
  }

  /** Adds records in the form of a zone file, with full names. */
  public TestDnsServer add(String zone) throws IOException {
    try (Master master = new Master(new ByteArrayInputStream(bytes(zone)), Name.root, 300)) {
      for (Record record = master.nextRecord(); record != null; record = master.nextRecord()) {
        records.add(record);
      }
    }
    return this;
  }

  public void clear() {
    records.clear();
    rcodes.clear();
    silent.clear();
  }

  /** Answers every query for a name with a code such as {@link Rcode#SERVFAIL}. */
  public void fail(String name, int rcode) throws IOException {
    rcodes.put(Name.fromString(name), rcode);
  }

  /** Never answers queries for a name. */
  public void ignore(String name) throws IOException {
    silent.add(Name.fromString(name));
  }

  /** How often a name was asked for a type. */
  public int queries(String name, int type) {
    return queries.getOrDefault(name + " " + Type.string(type), 0);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    stream.close();
  }

  private void serve() {
    byte[] buffer = new byte[4096];
    while (!socket.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
        answer(packet);
      } catch (SocketException e) {
        return; // closed
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void serveStreams() {
    while (!stream.isClosed()) {
      try (Socket connection = stream.accept()) {
        DataInputStream in = new DataInputStream(connection.getInputStream());
        Message answer = answer(new Message(in.readNBytes(in.readUnsignedShort())));
        byte[] wire = answer.toWire();
        DataOutputStream out = new DataOutputStream(connection.getOutputStream());
        out.writeShort(wire.length);
        out.write(wire);
        out.flush();
      } catch (SocketException e) {
        return; // closed
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void answer(DatagramPacket packet) throws IOException {
    Message query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
    if (silent.contains(query.getQuestion().getName())) {
      return;
    }
    Message answer = answer(query);
    byte[] wire = answer.toWire();
    if (wire.length > LONGEST_DATAGRAM) {
      answer.removeAllRecords(Section.ANSWER);
      answer.getHeader().setFlag(Flags.TC);
      wire = answer.toWire();
    }
    socket.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
  }

  private Message answer(Message query) {
    Record question = query.getQuestion();
    Name name = question.getName();
    queries.merge(name + " " + Type.string(question.getType()), 1, Integer::sum);
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.RA);
    answer.addRecord(question, Section.QUESTION);
    Integer rcode = rcodes.get(name);
    if (rcode != null) {
      answer.getHeader().setRcode(rcode);
    } else {
      fill(answer, name, question.getType());
    }
    return answer;
  }

  private void fill(Message answer, Name name, int type) {
    boolean exists = false;
    for (Record record : records) {
      if (record.getName().equals(name) && record.getDClass() == DClass.IN) {
        exists = true;
        if (record.getType() == type || record.getType() == Type.CNAME) {
          answer.addRecord(record, Section.ANSWER);
        }
      }
    }
    if (!exists) {
      answer.getHeader().setRcode(Rcode.NXDOMAIN);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
