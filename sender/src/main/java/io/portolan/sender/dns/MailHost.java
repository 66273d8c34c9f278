package io.portolan.sender.dns;

import java.net.InetAddress;

/**
 * One address of a mail host.
 *
 * @param name whose certificate must bear it, and by which reports call it
 */
public record MailHost(String name, InetAddress address) {}
