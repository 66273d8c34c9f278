/**
 * A network of real packets for system tests: hosts in network namespaces behind one gateway, where
 * nftables block ports while everything runs. Needs root, iproute2 and nftables.
 */
@NullMarked
package io.portolan.sender.lab;

import org.jspecify.annotations.NullMarked;
