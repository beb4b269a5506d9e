package bodies

// CloseDrains is closeDrains.
const CloseDrains = closeDrains
