package io.portolan.sender.lab;

import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import io.portolan.sender.simulation.SimulatedMailboxes;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.simulation.UdpDnsResponder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Map;

/**
 * Mail servers and a DNS server on hosts of a {@link NetworkLab}, on their real ports. Closed with
 * the lab.
 */
public final class LabMail {
  private static final int DNS = 53;

  private final NetworkLab lab;
  private final SimulatedNetwork network;
  private final InetSocketAddress dns;

  /** A mail server and the host on which it runs. */
  public record Station(LabHost host, SimulatedMailServer server) {}

  public LabMail(NetworkLab lab) throws IOException {
    this.lab = lab;
    network = lab.keep(new SimulatedNetwork(InstantSource.system()));
    LabHost host = lab.host("dns");
    lab.keep(new UdpDnsResponder(network.dns(), host.listenUdp(DNS)));
    dns = new InetSocketAddress(host.address(), DNS);
  }

  /** An ISP of one mail host, {@code mx.} and its domain, which takes everything for it. */
  public Station isp(String label, String domain) throws IOException {
    LabHost host = lab.host(label);
    String name = "mx." + domain;
    SimulatedMailServer server =
        network
            .server(name)
            .at(host.address(), host::listen)
            .platform(label)
            .domains(domain)
            .listen(25, Security.STARTTLS)
            .start();
    network.dns().addMx(domain, 10, name);
    return new Station(host, server);
  }

  /**
   * A relay that takes everything from those who log in, over STARTTLS on 587 and 2525 and over
   * implicit TLS on 465.
   */
  public Station relay(String label, String name, Map<String, String> passwordsByName)
      throws IOException {
    LabHost host = lab.host(label);
    SimulatedMailServer server =
        network
            .server(name)
            .at(host.address(), host::listen)
            .platform(label)
            .listen(587, Security.STARTTLS)
            .listen(465, Security.IMPLICIT_TLS)
            .listen(2525, Security.STARTTLS)
            .accounts(passwordsByName)
            .start();
    return new Station(host, server);
  }

  /** Where names are looked up. */
  public InetSocketAddress dns() {
    return dns;
  }

  /** What stands behind the servers: names, certificates, mailboxes. */
  public SimulatedNetwork network() {
    return network;
  }

  public SimulatedMailboxes mailboxes() {
    return network.mailboxes();
  }
}
