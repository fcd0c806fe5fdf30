"""Cases: playbooks as data, what may be offered to the buyer, and who has to do what by when. Tells `messages` nothing
but what is due; who is told, and in which words, is decided there."""
