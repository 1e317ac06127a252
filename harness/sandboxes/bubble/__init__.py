"""The embedded sandbox: bubblewrap, no daemon, no root, no package to install by hand."""
